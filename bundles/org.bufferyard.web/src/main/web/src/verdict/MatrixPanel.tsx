import { useMemo, useState } from 'react';
import { askMatrix, askVerdict, setAsk } from '../app/answers';
import { reveal } from '../app/edits';
import { store, useApp } from '../app/store';
import type { Board } from '../model/board';
import type { Cell } from '../wire/answers';
import { sign, VerdictBadge } from './Badge';
import { QuestionForm } from './QuestionForm';

/** Exporters down, importers across; a cell leads to its reasons. */
export function MatrixPanel() {
  const board = useApp((s) => s.board);
  const matrix = useApp((s) => s.matrix);
  const rev = useApp((s) => s.rev);
  const [policy, setPolicy] = useState<string | undefined>();
  const policies = useMemo(() => [...new Set((matrix?.cells ?? []).map((c) => c.policy))], [matrix]);
  const shown = policy !== undefined && policies.includes(policy) ? policy : policies[0];
  const cells = useMemo(() => {
    const found = new Map<string, Cell>();
    for (const cell of matrix?.cells ?? []) {
      if (cell.policy === shown) {
        found.set(`${cell.exporter}>${cell.importer}`, cell);
      }
    }
    return found;
  }, [matrix, shown]);
  if (board === undefined) {
    return <p className="empty">No document is open.</p>;
  }
  const importers = matrix?.devices ?? [];
  const exporters = importers.filter((e) => importers.some((i) => cells.has(`${e}>${i}`)));
  return (
    <>
      <QuestionForm pair={false} policy go="Ask for every pair" onGo={() => void askMatrix()} />
      {matrix !== undefined && matrix.rev !== rev && (
        <p className="says warning aside">The board has changed since this was asked.</p>
      )}
      {policies.length > 1 && (
        <div className="tabs" role="group" aria-label="Policy">
          {policies.map((p) => (
            <button key={p} type="button" aria-pressed={p === shown} onClick={() => setPolicy(p)}>
              {p}
            </button>
          ))}
        </div>
      )}
      {matrix !== undefined && (
        <div className="heat" tabIndex={0} role="region" aria-label="Matrix of verdicts">
          <table>
            <caption>
              {shown}, kernel {matrix.kernel}: exporters down, importers across
            </caption>
            <thead>
              <tr>
                <td />
                {importers.map((id) => (
                  <th key={id} scope="col">
                    <span>{board.label(id)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {exporters.map((from) => (
                <tr key={from}>
                  <th scope="row">
                    <button type="button" className="link" onClick={() => reveal(from)}>
                      {board.label(from)}
                    </button>
                  </th>
                  {importers.map((to) => (
                    <td key={to}>{from === to ? null : <HeatCell board={board} cell={cells.get(`${from}>${to}`)} />}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <Legend cells={[...cells.values()]} />
        </div>
      )}
    </>
  );
}

function HeatCell({ board, cell }: { board: Board; cell: Cell | undefined }) {
  if (cell === undefined) {
    return <span className="soft">·</span>;
  }
  const word = cell.verdict ?? (cell.note || 'no verdict');
  const luck = cell.hazards > 0 ? `, ${cell.hazards} hazards` : '';
  const jump = () => {
    setAsk({ exporter: cell.exporter, importers: [cell.importer] });
    store.set({ view: 'verdict' });
    void askVerdict().then(() => {
      const at = store.get().explanation?.results.findIndex((r) => r.policy === cell.policy) ?? 0;
      store.set({ result: Math.max(0, at) });
    });
  };
  return (
    <button
      type="button"
      className={`cell v-${(cell.verdict ?? 'none').toLowerCase()}${cell.hazards > 0 ? ' luck' : ''}`}
      aria-label={`${board.label(cell.exporter)} to ${board.label(cell.importer)}: ${word}${luck}`}
      title={`${word}${luck}${cell.note ? `: ${cell.note}` : ''}`}
      onClick={jump}
    >
      {sign(cell.verdict)}
    </button>
  );
}

function Legend({ cells }: { cells: readonly Cell[] }) {
  const counts = new Map<Cell['verdict'], number>();
  cells.forEach((c) => counts.set(c.verdict, (counts.get(c.verdict) ?? 0) + 1));
  return (
    <p className="legend">
      {[...counts].map(([verdict, n]) => (
        <span key={verdict ?? ''}>
          <VerdictBadge verdict={verdict} /> {n}
        </span>
      ))}
      {cells.some((c) => c.hazards > 0) && <span className="soft">A dot in the corner: it goes well by luck.</span>}
    </p>
  );
}
