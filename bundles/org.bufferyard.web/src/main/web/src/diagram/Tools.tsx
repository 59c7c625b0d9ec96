import { useReactFlow } from '@xyflow/react';
import { collapseAll, pinAll } from '../app/edits';
import { store, useApp } from '../app/store';
import { Icon } from '../parts/icons';
import { exportPng, exportSvg } from './export';
import { stage } from './stage';

export function Tools() {
  const { zoomIn, zoomOut } = useReactFlow();
  const pinned = useApp((s) => Object.keys(s.pins).length);
  const tool = (label: string, icon: string, onClick: () => void, disabled = false) => (
    <button type="button" className="icon" aria-label={label} title={label} onClick={onClick} disabled={disabled}>
      <Icon name={icon} />
    </button>
  );
  return (
    <div className="tools" role="toolbar" aria-label="Diagram">
      {tool('Zoom in', 'add', () => void zoomIn())}
      {tool('Zoom out', 'minus', () => void zoomOut())}
      {tool('Fit the board', 'fit', () => stage()?.fit())}
      {tool('Collapse all', 'collapse', () => collapseAll(true))}
      {tool('Expand all', 'expand', () => collapseAll(false))}
      {tool(
        'Lay out anew, forget pinned positions',
        'reset',
        () => pinAll(Object.fromEntries(Object.keys(store.get().pins).map((id) => [id, null]))),
        pinned === 0,
      )}
      <button type="button" title="Save the picture as SVG" onClick={() => exportSvg()}>
        <Icon name="export" /> SVG
      </button>
      <button type="button" title="Save the picture as PNG" onClick={() => void exportPng()}>
        <Icon name="export" /> PNG
      </button>
    </div>
  );
}
