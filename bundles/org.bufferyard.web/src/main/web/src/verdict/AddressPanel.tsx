import { useEffect } from 'react';
import { askAddressMap } from '../app/answers';
import { reveal } from '../app/edits';
import { store, useApp } from '../app/store';
import type { Board } from '../model/board';
import { parseAddress, parseSize, readAddress, readSize } from '../model/notation';
import type { AddressMap, Reach, Span } from '../wire/answers';
import { DeviceOptions, devicesOf } from './QuestionForm';

const REACH: Readonly<Record<Reach, string>> = {
  direct: 'reached directly',
  iommu: 'reached through its IOMMU',
  bounce: 'only by bouncing',
  none: 'out of reach',
};

/** Which memory a device sees, and through what. */
export function AddressPanel() {
  const board = useApp((s) => s.board);
  const map = useApp((s) => s.addressMap);
  const rev = useApp((s) => s.rev);
  const selected = useApp((s) => s.selection[0]);
  const chosen = board?.find(selected);
  const wanted =
    chosen !== undefined && board!.role(chosen) === 'device'
      ? chosen.id
      : (map?.device ?? (board && devicesOf(board)[0]?.id));
  useEffect(() => {
    if (wanted !== undefined) {
      void askAddressMap(wanted);
    }
  }, [wanted, rev]);
  if (board === undefined || wanted === undefined) {
    return <p className="empty">This board has no device yet.</p>;
  }
  return (
    <>
      <div className="section first question">
        <label>
          Device
          <select value={wanted} onChange={(e) => store.set({ selection: [e.target.value] })}>
            <DeviceOptions board={board} />
          </select>
        </label>
      </div>
      {map !== undefined && map.device === wanted && <Map board={board} map={map} />}
    </>
  );
}

function Map({ board, map }: { board: Board; map: AddressMap }) {
  return (
    <>
      <div className="section">
        <dl className="facts">
          <Fact name="DMA mask" value={address(map.dmaMask)} />
          <Fact name="coherent mask" value={address(map.coherentMask)} />
          {map.busLimit && <Fact name="bus limit" value={address(map.busLimit)} />}
          <Fact name="sees the caches" value={map.coherent ? 'yes' : 'no'} />
        </dl>
      </div>
      <section className="section" aria-label="The way of its accesses">
        <h3 className="heading bare">The way of its accesses</h3>
        <ol className="stations">
          <li>
            <Name board={board} id={map.device} />
          </li>
          {map.iommus.map((unit) => (
            <li key={unit.element} className="role-iommu">
              <Name board={board} id={unit.element} /> {unit.specifier && <code>{unit.specifier}</code>}
            </li>
          ))}
          {map.way.map((bus) => (
            <li key={bus.element} className="role-bus">
              <Name board={board} id={bus.element} />
              {bus.windows.map((w, i) => (
                <p key={i} className="mono soft">
                  {address(w.dma)} → {address(w.parent)} · {size(w.size)}
                </p>
              ))}
              {bus.windows.length === 0 && (
                <span className="soft"> {bus.passes === true ? 'passes addresses unchanged' : 'has no dma-ranges'}</span>
              )}
            </li>
          ))}
        </ol>
        {(map.windows ?? []).map((w, i) => (
          <p key={i} className="mono">
            in all: {address(w.dma)} → {address(w.cpu)} · {size(w.size)}
          </p>
        ))}
      </section>
      <Spans board={board} title="Memory" spans={map.memory} />
      {map.pools.length > 0 && (
        <Spans
          board={board}
          title="Pools"
          spans={map.pools}
          extra={(i) => {
            const { own, noMap, kind } = map.pools[i]!;
            return [kind.toLowerCase().replaceAll('_', ' '), own && 'its own', noMap && 'no-map']
              .filter(Boolean)
              .join(', ');
          }}
        />
      )}
      {map.reservedIova.length > 0 && (
        <section className="section" aria-label="Reserved IOVA">
          <h3 className="heading bare">IOVA it may not use</h3>
          {map.reservedIova.map((r, i) => (
            <p key={i} className="mono">
              {address(r.iova)} · {size(r.size)}
            </p>
          ))}
        </section>
      )}
    </>
  );
}

/** A bar to scale over all spans, then a line for each. */
function Spans(props: {
  board: Board;
  title: string;
  spans: readonly Span[];
  extra?: (index: number) => string;
}) {
  const { board, title, spans } = props;
  const total = spans.reduce((sum, s) => sum + length(s), 0) || 1;
  return (
    <section className="section" aria-label={title}>
      <h3 className="heading bare">{title}</h3>
      <div className="bar" aria-hidden="true">
        {spans.map((s, i) => (
          <span key={i} className={`reach-${s.reach}`} style={{ flexGrow: length(s) / total }} />
        ))}
      </div>
      <table className="spans">
        <thead>
          <tr>
            <th scope="col">where</th>
            <th scope="col">CPU address</th>
            <th scope="col">size</th>
            <th scope="col">address for the device</th>
            <th scope="col">how</th>
          </tr>
        </thead>
        <tbody>
          {spans.map((s, i) => (
            <tr key={i}>
              <td>
                <Name board={board} id={s.element} />
                {props.extra !== undefined && <small className="soft"> {props.extra(i)}</small>}
              </td>
              <td className="mono">{address(s.cpu)}</td>
              <td className="mono">{size(s.size)}</td>
              <td className="mono">{s.dma ? address(s.dma) : '–'}</td>
              <td>
                <span className={`dot reach-${s.reach}`} aria-hidden="true" /> {s.text || REACH[s.reach]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Name({ board, id }: { board: Board; id: string }) {
  return (
    <button type="button" className="link" onClick={() => reveal(id)}>
      {board.label(id)}
    </button>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono">{value}</dd>
    </div>
  );
}

function address(text: string): string {
  try {
    return readAddress(parseAddress(text));
  } catch {
    return text;
  }
}

function size(text: string): string {
  try {
    return readSize(parseSize(text));
  } catch {
    return text;
  }
}

function length(span: Span): number {
  try {
    return Number(parseSize(span.size));
  } catch {
    return 0;
  }
}
