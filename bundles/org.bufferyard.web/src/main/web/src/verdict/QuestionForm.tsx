import { FormEvent, useState } from 'react';
import { setAsk, wholeAsk } from '../app/answers';
import { store, useApp } from '../app/store';
import type { Board, Element } from '../model/board';
import { parseSize } from '../model/notation';
import type { Key } from '../wire/types';

export function devicesOf(board: Board): Element[] {
  return [...board.elements.values()].filter((e) => board.role(e) === 'device');
}

export function DeviceOptions({ board, without }: { board: Board; without?: Key }) {
  return devicesOf(board)
    .filter((e) => e.id !== without)
    .map((e) => (
      <option key={e.id} value={e.id}>
        {e.label} — {board.kind(e)}
      </option>
    ));
}

/** Exporter, importers, memory, size, policy and kernel of a question; each view shows what it uses. */
export function QuestionForm(props: { pair: boolean; policy: boolean; go: string; onGo: () => void }) {
  const board = useApp((s) => s.board)!;
  const hello = useApp((s) => s.hello);
  const asking = useApp((s) => s.asking);
  useApp((s) => s.ask);
  const selection = useApp((s) => s.selection);
  const ask = wholeAsk(store.get());
  const [wrong, setWrong] = useState<string | undefined>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onGo();
  };
  const setSize = (size: string) => {
    setAsk({ size });
    try {
      parseSize(size);
      setWrong(undefined);
    } catch (e) {
      setWrong((e as Error).message);
    }
  };
  const useSelected = () => {
    const chosen = selection.filter((id) => board.role(board.find(id)!) === 'device');
    setAsk({ exporter: chosen[0] ?? ask.exporter, importers: chosen.slice(1) });
  };
  if (devicesOf(board).length === 0) {
    return <p className="empty">This board has no device yet.</p>;
  }
  return (
    <form className="section first question" onSubmit={submit} aria-label="Question">
      {props.pair && (
        <>
          <label>
            Exporter
            <select value={ask.exporter} onChange={(e) => setAsk({ exporter: e.target.value })}>
              <DeviceOptions board={board} />
            </select>
          </label>
          <label>
            Importers
            <select
              multiple
              size={Math.min(4, Math.max(2, devicesOf(board).length - 1))}
              value={[...ask.importers]}
              onChange={(e) => setAsk({ importers: Array.from(e.target.selectedOptions, (o) => o.value) })}
            >
              <DeviceOptions board={board} without={ask.exporter} />
            </select>
          </label>
        </>
      )}
      <div className="columns">
        <label>
          Memory
          <select value={ask.memory} onChange={(e) => setAsk({ memory: e.target.value })}>
            {(hello?.memory ?? ['default']).map((m) => (
              <option key={m}>{m}</option>
            ))}
          </select>
        </label>
        <label>
          Size
          <input
            className="mono"
            value={ask.size}
            aria-invalid={wrong !== undefined}
            title={wrong}
            onChange={(e) => setSize(e.target.value)}
          />
        </label>
        {props.policy && (
          <label>
            Policy
            <select value={ask.policy} onChange={(e) => setAsk({ policy: e.target.value })}>
              {['both', ...(hello?.policies ?? [])].map((p) => (
                <option key={p}>{p}</option>
              ))}
            </select>
          </label>
        )}
        <label>
          Kernel
          <select value={ask.kernel} onChange={(e) => setAsk({ kernel: e.target.value })}>
            {(hello?.kernels ?? []).map((k) => (
              <option key={k}>{k}</option>
            ))}
          </select>
        </label>
      </div>
      {wrong !== undefined && <p className="says error">{wrong}</p>}
      <div className="group actions">
        <button type="submit" className="primary" disabled={asking || wrong !== undefined}>
          {asking ? 'Asking…' : props.go}
        </button>
        {props.pair && selection.length > 1 && (
          <button type="button" className="plain" onClick={useSelected}>
            Take the selected devices
          </button>
        )}
      </div>
    </form>
  );
}
