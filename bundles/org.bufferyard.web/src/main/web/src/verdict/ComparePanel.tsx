import { comparePolicies, compareWith } from '../app/answers';
import { desk } from '../app/desk';
import { reveal } from '../app/edits';
import { store, useApp } from '../app/store';
import { spell } from '../panels/Field';
import type { Board } from '../model/board';
import type { DiffRow, ModelDiff, Result } from '../wire/answers';
import { VerdictBadge } from './Badge';
import { QuestionForm } from './QuestionForm';

/** Two policies on one board, or this board against another file. */
export function ComparePanel() {
  const board = useApp((s) => s.board);
  const docs = useApp((s) => s.docs);
  const files = useApp((s) => s.files);
  const doc = useApp((s) => s.doc);
  const compare = useApp((s) => s.compare);
  if (board === undefined) {
    return <p className="empty">No document is open.</p>;
  }
  const others = docs.filter((d) => d.doc !== doc);
  const closed = files.filter((f) => f.kind === 'board' && f.doc === undefined);
  const choose = (value: string) => {
    if (value.startsWith('file:')) {
      void desk.run(async () => {
        const info = await desk.client.open(value.slice(5));
        const rest = store.get().docs.filter((d) => d.doc !== info.doc);
        store.set({ docs: [...rest, info] });
        await compareWith(info.doc);
      });
    } else if (value !== '') {
      void compareWith(value);
    }
  };
  return (
    <>
      <QuestionForm pair policy={false} go="Compare the policies" onGo={() => void comparePolicies()} />
      <div className="section question">
        <label>
          Compare this board with
          <select value={compare.other ?? ''} onChange={(e) => choose(e.target.value)}>
            <option value="">choose another board…</option>
            {others.map((d) => (
              <option key={d.doc} value={d.doc}>
                {d.path}
              </option>
            ))}
            {closed.map((f) => (
              <option key={f.path} value={`file:${f.path}`}>
                {f.path}
              </option>
            ))}
          </select>
        </label>
      </div>
      {compare.models !== undefined && <Models board={board} diff={compare.models} />}
      {compare.rows !== undefined && (
        <Rows
          board={board}
          rows={compare.rows}
          left={compare.other === undefined ? 'mainline' : 'this board'}
          right={compare.other === undefined ? 'proposal' : 'the other'}
        />
      )}
    </>
  );
}

function Models({ board, diff }: { board: Board; diff: ModelDiff }) {
  const nothing = diff.added.length + diff.removed.length + diff.changed.length + diff.moved.length === 0;
  const name = (id: string) =>
    id === '' ? (
      'the board'
    ) : board.find(id) === undefined ? (
      <code>{id}</code>
    ) : (
      <button type="button" className="link" onClick={() => reveal(id)}>
        {board.label(id)}
      </button>
    );
  return (
    <section className="section" aria-label="What differs">
      <h3 className="heading bare">What differs</h3>
      {nothing && <p>Nothing: the two boards say the same.</p>}
      <ul className="changes">
        {diff.added.map((id) => (
          <li key={`a${id}`} className="added">
            <b aria-label="only in the other">+</b> {name(id)}
          </li>
        ))}
        {diff.removed.map((id) => (
          <li key={`r${id}`} className="removed">
            <b aria-label="only here">−</b> {name(id)}
          </li>
        ))}
        {diff.moved.map((m) => (
          <li key={`m${m.element}`}>
            <b aria-label="moved">→</b> {name(m.element)} from {m.left} to {m.right}
          </li>
        ))}
        {diff.changed.map((c) => (
          <li key={`c${c.element} ${c.feature}`}>
            <b aria-label="changed">~</b> {name(c.element)} {spell(c.feature)}: <code>{c.left ?? 'not set'}</code> →{' '}
            <code>{c.right ?? 'not set'}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rows(props: { board: Board; rows: readonly DiffRow[]; left: string; right: string }) {
  return (
    <section className="section" aria-label="Two answers">
      <h3 className="heading bare">Two answers to one question</h3>
      {props.rows.map((row) => (
        <table key={row.importer} className="two">
          <caption>{props.board.label(row.importer)}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">{props.left}</th>
              <th scope="col">{props.right}</th>
            </tr>
          </thead>
          <tbody>
            {(['verdict', 'ops', 'errno', 'segments', 'hazards'] as const).map((field) => (
              <tr key={field} className={row.fields.includes(field) ? 'differs' : ''}>
                <th scope="row">{field}</th>
                <td>{show(field, row.left)}</td>
                <td>{show(field, row.right)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  );
}

function show(field: 'verdict' | 'ops' | 'errno' | 'segments' | 'hazards', result: Result | null | undefined) {
  if (!result) {
    return '–';
  }
  switch (field) {
    case 'verdict':
      return <VerdictBadge verdict={result.verdict} />;
    case 'segments':
      return (result.segments ?? []).map((s, i) => (
        <div key={i} className="mono">
          {s.dma} · {s.length} · {s.page ? `page ${s.page}` : 'DMA only'}
        </div>
      ));
    case 'hazards':
      return (result.hazards ?? []).map((h) => h.rule).join(', ') || 'none';
    default:
      return result[field] ?? '–';
  }
}
