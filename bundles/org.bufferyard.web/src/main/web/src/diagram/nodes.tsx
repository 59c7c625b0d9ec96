import { Handle, NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { lightOf } from '../app/answers';
import { toggle } from '../app/edits';
import { useApp } from '../app/store';
import { parseSize, readAddress, readSize } from '../model/notation';
import { Icon, iconFor, MARKS } from '../parts/icons';
import { BoxNode } from './flow';
import { useAim } from './aim';
import { drawMemory, number } from './memory';
import type { SceneNode } from './scene';

function useClasses({ id, role, element }: SceneNode, shape: string): string {
  const lit = useApp((s) => lightOf(s).path.has(id));
  const step = useApp((s) => lightOf(s).step === id);
  const aim = useAim(id);
  const disabled = element.attrs['disabled'] === 'true';
  return ['node', shape, `role-${role}`, lit && 'lit', step && 'step', aim, disabled && 'disabled']
    .filter(Boolean)
    .join(' ');
}

function Extras({ node, pinned }: { node: SceneNode; pinned: boolean }) {
  const readOnly = useApp((s) => s.docs.find((d) => d.doc === s.doc)?.readOnly);
  const order = useApp((s) => lightOf(s).order.indexOf(node.id));
  return (
    <>
      {node.worst !== undefined && (
        <span className={`flag ${node.worst}`} aria-hidden="true">
          {MARKS[node.worst]}
        </span>
      )}
      {pinned && (
        <span className="pin" title="Pinned">
          <Icon name="pin" size={11} />
        </span>
      )}
      {order >= 0 && <span className="order">{order + 1}</span>}
      <Tally id={node.id} />
      <Handle
        id="out"
        type="source"
        position={Position.Right}
        isConnectable={!readOnly && node.role !== 'unknown'}
        aria-hidden="true"
      />
    </>
  );
}

/** What the running pipelines do at this device. */
function Tally({ id }: { id: string }) {
  const text = useApp((s) => {
    if (s.view !== 'live') {
      return '';
    }
    const here = (s.live?.pipelines ?? []).filter((p) => p.exporter === id || p.importers.includes(id));
    const sum = (f: 'inFlight' | 'bounced' | 'faults') => here.reduce((n, p) => n + p[f], 0);
    const parts = here.length === 0 ? [] : [`${sum('inFlight')} in flight`];
    if (sum('bounced') > 0) {
      parts.push(`${readSize(BigInt(sum('bounced')))} bounced`);
    }
    if (sum('faults') > 0) {
      parts.push(`${sum('faults')} faults`);
    }
    return parts.join(' · ');
  });
  return text === '' ? null : (
    <span className="tally">
      <span className={`badge${text.includes('fault') ? ' warning' : ''}`}>{text}</span>
    </span>
  );
}

function Twist({ node }: { node: SceneNode }) {
  return (
    <button
      type="button"
      className="twist nodrag"
      aria-expanded={node.open}
      aria-label={`${node.open ? 'Collapse' : 'Expand'} ${node.element.label}`}
      onClick={(event) => {
        event.stopPropagation();
        toggle(node.id);
      }}
    >
      {node.open ? '▾' : '▸'}
    </button>
  );
}

function useIcon(node: SceneNode): string {
  const icon = useApp((s) => s.schema.find(node.element.cls)?.icon);
  return iconFor(icon, node.role);
}

function subtitle(node: SceneNode): string {
  if (node.hidden > 0) {
    return `${node.kind} · ${node.hidden} inside`;
  }
  const size = node.element.attrs['size'];
  if ((node.role === 'memory' || node.role === 'pool') && typeof size === 'string') {
    return `${node.kind} · ${readable(size)}`;
  }
  const model = node.element.attrs['model'];
  return typeof model === 'string' ? `${node.kind} · ${model}` : node.kind;
}

export const LeafView = memo(function LeafView({ data }: NodeProps<BoxNode>) {
  const { node, pinned } = data;
  const icon = useIcon(node);
  return (
    <div className={useClasses(node, node.role === 'unknown' ? 'leaf unknown' : 'leaf')}>
      {node.container ? (
        <Twist node={node} />
      ) : (
        <span className="glyph">
          <Icon name={icon} size={22} />
        </span>
      )}
      <div className="words">
        <div className="title">{node.element.label}</div>
        <div className="sub">{node.role === 'unknown' ? missing(node) : subtitle(node)}</div>
      </div>
      <Extras node={node} pinned={pinned} />
    </div>
  );
});

function readable(size: string): string {
  try {
    return readSize(parseSize(size));
  } catch {
    return size;
  }
}

function missing(node: SceneNode): string {
  const bundle = node.element.unknown?.bundle;
  return bundle === undefined ? node.kind : `needs ${bundle}`;
}

export const BoxView = memo(function BoxView({ data }: NodeProps<BoxNode>) {
  const { node, pinned } = data;
  return (
    <div className={useClasses(node, 'box')}>
      <Extras node={node} pinned={pinned} />
    </div>
  );
});

/** The head of an open box. It lies above the lines that cross the box, see BoxHeads. */
export const BoxHead = memo(function BoxHead({ node }: { node: SceneNode }) {
  return (
    <>
      <Twist node={node} />
      <span className="title">{node.element.label}</span>
      <span className="sub">{node.role === 'iommu' ? `domain · ${subtitle(node)}` : subtitle(node)}</span>
    </>
  );
});

export const MemoryView = memo(function MemoryView({ data }: NodeProps<BoxNode>) {
  const { node, pinned } = data;
  const board = useApp((s) => s.board)!;
  const picture = drawMemory(board, node.element);
  const base = number(board, node.element, 'base') ?? 0n;
  const size = number(board, node.element, 'size') ?? 0n;
  return (
    <div className={useClasses(node, 'memory')}>
      <div className="head">
        <Twist node={node} />
        <div className="words">
          <div className="title">{node.element.label}</div>
          <div className="sub mono">
            {readAddress(base)} · {readSize(size)}
          </div>
        </div>
      </div>
      <svg className="ruler" width={30} height={picture.ruler} aria-hidden="true">
        {picture.bands.map(({ element, exact, y, h }) =>
          exact === undefined ? null : (
            <polygon
              key={element.id}
              className="lead"
              points={`16,${exact.from} 30,${y - 46} 30,${y - 46 + h} 16,${Math.max(exact.to, exact.from + 1)}`}
            />
          ),
        )}
        <rect className="bank" x={0.5} y={0.5} width={15} height={picture.ruler - 1} rx={2} />
        {picture.bands.map(({ element, exact }) =>
          exact === undefined ? null : (
            <rect
              key={element.id}
              className="exact"
              x={1}
              y={exact.from}
              width={14}
              height={Math.max(1.5, exact.to - exact.from)}
            />
          ),
        )}
      </svg>
      <Extras node={node} pinned={pinned} />
    </div>
  );
});

export const PoolView = memo(function PoolView({ data }: NodeProps<BoxNode>) {
  const { node, pinned } = data;
  const board = useApp((s) => s.board)!;
  const base = node.element.attrs['base'] === undefined ? undefined : number(board, node.element, 'base');
  const size = number(board, node.element, 'size') ?? 0n;
  return (
    <div className={useClasses(node, base === undefined ? 'pool floating' : 'pool')}>
      <div className="words">
        <div className="title">{node.element.label}</div>
        <div className="sub">
          {base === undefined ? 'placed at boot' : readAddress(base)} · {readSize(size)}
        </div>
      </div>
      <Extras node={node} pinned={pinned} />
    </div>
  );
});

export const NODE_TYPES = { leaf: LeafView, box: BoxView, memory: MemoryView, pool: PoolView };
