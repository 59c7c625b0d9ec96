import { FormEvent, useRef, useState } from 'react';
import { save } from '../app/edits';
import { desk } from '../app/desk';
import { importFile } from '../app/keys';
import { store, useApp } from '../app/store';
import { Icon } from '../parts/icons';
import { close, Frame } from './Dialogs';

export function Files() {
  const files = useApp((s) => s.files);
  const docs = useApp((s) => s.docs);
  const workspace = useApp((s) => s.hello?.workspace);
  const [filter, setFilter] = useState('');
  const chosen = useRef<HTMLInputElement>(null);
  const unsavedOnly = docs.filter((d) => !d.onDisk && !files.some((f) => f.path === d.path));
  const shown = files.filter((f) => f.path.toLowerCase().includes(filter.toLowerCase()));
  return (
    <Frame title={workspace === undefined ? 'Boards' : `Boards in ${workspace}`}>
      <div className="body">
        <input
          aria-label="Filter the files"
          placeholder="Filter"
          value={filter}
          onChange={(e) => setFilter(e.target.value)}
        />
        <ul className="choices" aria-label="Files">
          {unsavedOnly.map((d) => (
            <li key={d.doc}>
              <button type="button" onClick={() => void desk.run(() => desk.enter(d))}>
                <Icon name="memory" />
                <span className="main">{d.path}</span>
                <span className="badge warning">never saved</span>
              </button>
            </li>
          ))}
          {shown.map((file) => (
            <li key={file.path}>
              <button type="button" onClick={() => void desk.open(file.path)}>
                <Icon name={file.kind === 'board' ? 'memory' : 'device'} />
                <span className="main">{file.path}</span>
                {file.doc !== undefined && <span className="badge">open</span>}
                {file.kind === 'devicetree' && <span className="badge">devicetree</span>}
                {file.unsaved === true && <span className="badge warning">never saved</span>}
              </button>
            </li>
          ))}
          {shown.length + unsavedOnly.length === 0 && <li className="empty">No board here yet.</li>}
        </ul>
        <p className="soft">A devicetree blob can also be dropped anywhere on the page.</p>
      </div>
      <footer>
        <input
          ref={chosen}
          type="file"
          accept=".dtb,.dtbo"
          hidden
          aria-label="Devicetree blob"
          onChange={(e) => {
            const file = e.target.files?.[0];
            if (file !== undefined) {
              close();
              void importFile(file);
            }
          }}
        />
        <button type="button" className="plain" onClick={() => chosen.current?.click()}>
          Import a blob…
        </button>
        <button type="button" className="plain" onClick={close}>
          Close
        </button>
        <button type="button" className="primary" onClick={() => store.set({ dialog: { kind: 'new' } })}>
          New board
        </button>
      </footer>
    </Frame>
  );
}

export function NewBoard() {
  const [name, setName] = useState('board');
  const [architecture, setArchitecture] = useState('arm64');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const path = name.endsWith('.topology') ? name : `${name}.topology`;
    const short = path.replace(/^.*\//, '').replace(/\.topology$/, '');
    void desk.run(async () => desk.enter(await desk.client.create(path, short, architecture)));
  };
  return (
    <Frame title="New board">
      <form onSubmit={submit}>
        <div className="body">
          <label>
            File name
            <input autoFocus required value={name} onChange={(e) => setName(e.target.value)} />
          </label>
          <label>
            Architecture
            <select value={architecture} onChange={(e) => setArchitecture(e.target.value)}>
              {['arm64', 'arm', 'x86'].map((a) => (
                <option key={a}>{a}</option>
              ))}
            </select>
          </label>
        </div>
        <footer>
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Make it
          </button>
        </footer>
      </form>
    </Frame>
  );
}

export function SaveAs({ path }: { path: string }) {
  const [to, setTo] = useState(path);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    close();
    void save(to);
  };
  return (
    <Frame title="Save as">
      <form onSubmit={submit}>
        <div className="body">
          <label>
            File name, in the workspace folder
            <input autoFocus required value={to} onChange={(e) => setTo(e.target.value)} />
          </label>
        </div>
        <footer>
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Save
          </button>
        </footer>
      </form>
    </Frame>
  );
}
