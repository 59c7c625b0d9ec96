import { useEffect } from 'react';
import { act, readTimeline } from '../app/answers';
import { reveal } from '../app/edits';
import { useApp } from '../app/store';
import type { Board } from '../model/board';
import { readSize } from '../model/notation';
import type { LiveState, Pipeline, Service } from '../wire/answers';

const TIMELINE_MS = 1_000;
const SECONDS = 10;

/** What runs now, and the switches for it. */
export function LivePanel() {
  const board = useApp((s) => s.board);
  const live = useApp((s) => s.live);
  const doc = useApp((s) => s.doc);
  const asking = useApp((s) => s.asking);
  if (live === undefined || board === undefined) {
    return <p className="empty">This yard has no running pipelines.</p>;
  }
  const running = live.state === 'running';
  const here = running && live.doc === doc;
  return (
    <>
      <div className="section first">
        <h2>
          {running ? `Running ${live.board ?? ''}` : 'Nothing runs'}{' '}
          {live.state === 'failed' && <span className="badge warning">failed</span>}
        </h2>
        {running && live.doc !== doc && (
          <p className="says warning">Another board runs than the one on the picture: {live.source}</p>
        )}
        {(live.waiting ?? []).map((text) => (
          <p key={text} className="says warning">
            {text}
          </p>
        ))}
        <div className="group actions">
          <button
            type="button"
            className="primary"
            disabled={asking}
            onClick={() => void act(here ? { action: 'stop' } : { action: 'start', doc })}
          >
            {here ? 'Stop all' : 'Start this board'}
          </button>
        </div>
        <Totals live={live} />
      </div>
      <Pipelines board={board} pipelines={live.pipelines ?? []} />
      <Services board={board} services={live.services ?? []} />
    </>
  );
}

function Totals({ live }: { live: LiveState }) {
  const names: readonly (readonly [string, string])[] = [
    ['framesIn', 'frames in'],
    ['framesOut', 'frames out'],
    ['inFlight', 'in flight'],
    ['dropped', 'dropped'],
    ['wrongChecksums', 'wrong checksums'],
    ['swaps', 'swaps'],
    ['longestGapMs', 'longest gap, ms'],
    ['abandonedThreads', 'abandoned threads'],
  ];
  return (
    <dl className="totals">
      {names
        .filter(([name]) => live.totals?.[name] !== undefined)
        .map(([name, label]) => (
          <div key={name} className={name === 'wrongChecksums' && live.totals![name]! > 0 ? 'bad' : ''}>
            <dt>{label}</dt>
            <dd>{live.totals![name]}</dd>
          </div>
        ))}
    </dl>
  );
}

function Pipelines({ board, pipelines }: { board: Board; pipelines: readonly Pipeline[] }) {
  return (
    <section className="section" aria-label="Pipelines">
      <h3 className="heading bare">Pipelines</h3>
      <table className="spans">
        <thead>
          <tr>
            <th scope="col">way</th>
            <th scope="col">frames/s</th>
            <th scope="col">in flight</th>
            <th scope="col">dropped</th>
            <th scope="col">bounced</th>
            <th scope="col">faults</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {pipelines.map((p) => (
            <tr key={p.id}>
              <td>
                <button type="button" className="link" onClick={() => reveal(p.exporter)}>
                  {board.label(p.exporter)}
                </button>{' '}
                →{' '}
                {p.importers.map((id) => (
                  <button key={id} type="button" className="link" onClick={() => reveal(id)}>
                    {board.label(id)}
                  </button>
                ))}
                {p.text && <small className="soft"> {p.text}</small>}
              </td>
              <td className="mono">{p.state === 'streaming' ? p.framesPerSecond.toFixed(1) : p.state}</td>
              <td className="mono">{p.inFlight}</td>
              <td className="mono" title={(p.drops ?? []).map((d) => `${d.reason}: ${d.frames}`).join('\n')}>
                {p.dropped}
              </td>
              <td className="mono">{readSize(BigInt(p.bounced))}</td>
              <td className="mono">{p.faults + p.wrongChecksums}</td>
              <td>
                <button
                  type="button"
                  className="plain"
                  aria-label={`${p.state === 'stopped' ? 'Start' : 'Stop'} pipeline ${board.label(p.exporter)} to ${p.importers.map((i) => board.label(i)).join(', ')}`}
                  onClick={() =>
                    void act({
                      action: p.state === 'stopped' ? 'pipeline-start' : 'pipeline-stop',
                      pipeline: p.id,
                    })
                  }
                >
                  {p.state === 'stopped' ? 'Start' : 'Stop'}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {pipelines.length === 0 && <p className="soft">None.</p>}
    </section>
  );
}

const WORDS: Readonly<Record<string, string>> = { start: 'Start', stop: 'Stop', swap: 'Swap', prefer: 'Prefer' };

/** What is put in use comes in the place of the one that is used now. */
function order(action: string, service: Service, all: readonly Service[]): Record<string, unknown> {
  if (action !== 'prefer') {
    return { action: `service-${action}`, service: service.id };
  }
  const used = all.find((s) => s.kind === service.kind && s.model === service.model && s.state === 'USED');
  return { action: 'service-swap', service: used?.id, to: service.id };
}

/** Those at work on this board, or not in order; all others are folded away. */
function Services({ board, services }: { board: Board; services: readonly Service[] }) {
  const concerns = (s: Service) => s.elements.length > 0 || s.state !== 'USED';
  const here = services.filter(concerns);
  const others = services.filter((s) => !concerns(s));
  return (
    <section className="section" aria-label="Services">
      <h3 className="heading bare">Services</h3>
      <ServiceTable board={board} all={services} shown={here.length > 0 ? here : others} />
      {here.length > 0 && others.length > 0 && (
        <details>
          <summary>{others.length} more that nothing on this board asks for by name</summary>
          <ServiceTable board={board} all={services} shown={others} />
        </details>
      )}
    </section>
  );
}

function ServiceTable(props: { board: Board; all: readonly Service[]; shown: readonly Service[] }) {
  return (
    <table className="spans">
      <thead>
        <tr>
          <th scope="col">kind</th>
          <th scope="col">model</th>
          <th scope="col">provider</th>
          <th scope="col">state</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {props.shown.map((s) => (
          <tr key={s.id}>
            <td>{s.kind.replace(/Kind$/, '')}</td>
            <td>
              <code>{s.model}</code>{' '}
              {s.elements.map((id) => (
                <button key={id} type="button" className="link" onClick={() => reveal(id)}>
                  {props.board.label(id)}
                </button>
              ))}
            </td>
            <td className="soft" title={s.provider}>
              {s.provider.replace(/^org\.bufferyard\./, '')}
            </td>
            <td>
              <span className={`badge${s.state === 'USED' ? '' : ' warning'}`} title={s.reason}>
                {s.state.toLowerCase()}
              </span>
              {s.reason && <small className="soft"> {s.reason}</small>}
            </td>
            <td className="buttons">
              {s.actions.map((action) => (
                <button
                  key={action}
                  type="button"
                  className="plain"
                  aria-label={`${WORDS[action] ?? action} ${s.model} of ${s.provider}`}
                  onClick={() => void act(order(action, s, props.all))}
                >
                  {WORDS[action] ?? action}
                </button>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The last seconds, a lane for each kind of event. */
export function Timeline() {
  const timeline = useApp((s) => s.timeline);
  const live = useApp((s) => s.live !== undefined);
  useEffect(() => {
    if (!live) {
      return;
    }
    void readTimeline();
    const timer = setInterval(() => void readTimeline(), TIMELINE_MS);
    return () => clearInterval(timer);
  }, [live]);
  const events = timeline?.events ?? [];
  const kinds = [...new Set(events.map((e) => e.kind))].sort();
  const x = (at: number) => 100 * (1 - ((timeline?.now ?? at) - at) / (SECONDS * 1_000));
  return (
    <section className="timeline" aria-label={`The last ${SECONDS} seconds`}>
      {kinds.length === 0 && <p className="empty">Nothing happened in the last {SECONDS} seconds.</p>}
      {kinds.map((kind) => {
        const of = events.filter((e) => e.kind === kind);
        return (
          <div key={kind} className="lane">
            <span>
              {kind} <span className="badge">{of.reduce((n, e) => n + (e.count ?? 1), 0)}</span>
            </span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={`${kind}: ${of.length} entries`}>
              {of.map((e, i) => (
                <rect key={i} className={`event ${kind}`} x={x(e.at)} y={1} width={0.35} height={8}>
                  <title>{e.text}</title>
                </rect>
              ))}
            </svg>
          </div>
        );
      })}
    </section>
  );
}
