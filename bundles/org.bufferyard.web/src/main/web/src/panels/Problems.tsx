import { reveal } from '../app/edits';
import { useApp } from '../app/store';
import { MARKS } from '../parts/icons';

const MOST = 100;

export function Problems() {
  const board = useApp((s) => s.board);
  const totals = useApp((s) => s.totals);
  if (board === undefined) {
    return null;
  }
  const all = totals.error + totals.warning + totals.note;
  const shown = board.markers.slice(0, MOST);
  return (
    <details className="problems">
      <summary>
        <strong>Problems</strong>
        {all === 0 && <span className="soft">none</span>}
        {(['error', 'warning', 'note'] as const).map(
          (severity) =>
            totals[severity] > 0 && (
              <span key={severity}>
                <span className={`mark ${severity}`} aria-hidden="true">
                  {MARKS[severity]}
                </span>{' '}
                {totals[severity]} {severity}
                {totals[severity] === 1 ? '' : 's'}
              </span>
            ),
        )}
      </summary>
      <ul aria-label="Problems">
        {shown.map((marker, i) => (
          <li key={i}>
            <button type="button" onClick={() => reveal(marker.element || board.root, marker.feature)}>
              <span className={`mark ${marker.severity}`} aria-hidden="true">
                {MARKS[marker.severity]}
              </span>
              <span className="spoken">{marker.severity}</span>
              <span className="where">
                {marker.element === '' ? 'the file' : (board.drawn(marker.element)?.label ?? board.label(board.root))}
              </span>
              <span>
                {marker.text} {marker.todo !== undefined && <span className="soft">{marker.todo}</span>}
              </span>
            </button>
          </li>
        ))}
        {all > shown.length && <li className="empty">and {all - shown.length} more</li>}
      </ul>
    </details>
  );
}
