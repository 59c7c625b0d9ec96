import { command, copySelection, create, remove, removeLine, reveal, select } from '../app/edits';
import { readOnlyOf, useApp } from '../app/store';
import type { Board, Element } from '../model/board';
import { Icon } from '../parts/icons';
import type { Feature } from '../wire/types';
import { AttributeField, LinkPicker, MarkerLines, ReferenceField, spell, useFieldFocus } from './Field';

/** Everything about what is selected, made from the schema alone. */
export function Sheet() {
  const board = useApp((s) => s.board);
  const selection = useApp((s) => s.selection);
  const line = useApp((s) => s.line);
  const readOnly = useApp(readOnlyOf) !== undefined;
  if (board === undefined) {
    return <p className="empty">No document is open.</p>;
  }
  if (line !== undefined) {
    return <LineSheet board={board} id={line} readOnly={readOnly} />;
  }
  if (selection.length > 1) {
    return <ManySheet board={board} keys={selection} readOnly={readOnly} />;
  }
  const element = board.find(selection[0] ?? board.root);
  if (element === undefined) {
    return <p className="empty">Nothing is selected.</p>;
  }
  return element.unknown !== undefined || element.cls === undefined ? (
    <UnknownSheet element={element} />
  ) : (
    <ElementSheet key={element.id} board={board} element={element} readOnly={readOnly} />
  );
}

function Way({ board, element }: { board: Board; element: Element }) {
  const around = board.path(element.id).slice(0, -1);
  return (
    <nav className="way" aria-label="Where it is">
      {around.map((e, i) => (
        <span key={e.id}>
          <button type="button" className="link" onClick={() => (i === 0 ? select([e.id]) : reveal(e.id))}>
            {e.label}
          </button>
          {' › '}
        </span>
      ))}
    </nav>
  );
}

function ElementSheet({ board, element, readOnly }: { board: Board; element: Element; readOnly: boolean }) {
  const info = board.schema.find(element.cls)!;
  const linked = new Set(info.edges.map((e) => e.feature));
  const of = (kind: Feature['kind']) => info.features.filter((f) => f.kind === kind);
  const own = board.markersFor(element.id).filter((m) => m.feature === undefined);
  const parts = of('containment').filter((f) =>
    board.schema.childClasses(element.cls, f.name).some((c) => board.schema.role(c) === 'part'),
  );
  const attributes = of('attribute');
  const first = attributes.filter((f) => f.readOnly !== true).sort((a, b) => rank(a) - rank(b));
  const given = attributes.filter((f) => f.readOnly === true && element.attrs[f.name] !== undefined);
  const shared = { board, element, readOnly };
  return (
    <>
      <header className="section first">
        <Way board={board} element={element} />
        <h2>
          {element.label} <span className="badge">{info.label}</span>
        </h2>
        {info.doc !== undefined && <p className="soft">{info.doc}</p>}
        {own.length > 0 && <MarkerLines markers={own} />}
        {!readOnly && element.id !== board.root && (
          <div className="group actions">
            <button type="button" className="plain" onClick={copySelection}>
              Copy
            </button>
            <button type="button" className="plain" onClick={() => remove([element.id])}>
              <Icon name="remove" size={14} /> Delete
            </button>
          </div>
        )}
      </header>
      <section className="section" aria-label="Properties">
        {first.map((feature) => (
          <AttributeField key={feature.name} {...shared} feature={feature} />
        ))}
        {of('reference').map((feature) => (
          <ReferenceField key={feature.name} {...shared} feature={feature} />
        ))}
      </section>
      {parts.map((feature) => (
        <Parts key={feature.name} {...shared} feature={feature} isLink={linked.has(feature.name)} />
      ))}
      {given.length > 0 && (
        <section className="section" aria-label="Given">
          {given.map((feature) => (
            <AttributeField key={feature.name} {...shared} feature={feature} />
          ))}
        </section>
      )}
    </>
  );
}

/** What it is called comes first, then what its type brings, as the schema has it. */
function rank(feature: Feature): number {
  return ['name', 'description', 'model'].indexOf(feature.name) >>> 0;
}

/** What belongs to the element and has no node: ranges, links, parameters, each with its own fields. */
function Parts(props: { board: Board; element: Element; feature: Feature; readOnly: boolean; isLink: boolean }) {
  const { board, element, feature } = props;
  const fixed = props.readOnly || feature.readOnly === true;
  const children = (element.children[feature.name] ?? []).map((id) => board.find(id)).filter((e) => e !== undefined);
  const places = board.places(element).filter((p) => p.feature === feature.name);
  const edge = board.schema.edges(element.cls).find((e) => e.feature === feature.name && e.via !== undefined);
  const box = useFieldFocus(element.id, feature.name);
  const own = board.markersFor(element.id).filter((m) => m.feature === feature.name);
  if (children.length === 0 && fixed) {
    return null;
  }
  return (
    <section className="section" aria-label={spell(feature.name)} data-feature={feature.name}>
      <div ref={box}>
        <h3 className="heading bare" title={feature.doc}>
          <span>
            {spell(feature.name)} {children.length > 0 && <span className="badge">{children.length}</span>}
          </span>
          {!fixed &&
            edge === undefined &&
            places.map((place) => (
              <button
                key={place.cls}
                type="button"
                aria-label={`Add ${board.schema.label(place.cls)} to ${spell(feature.name)}`}
                onClick={() => void create(place)}
              >
                <Icon name="add" size={14} />
                {places.length > 1 && board.schema.label(place.cls)}
              </button>
            ))}
        </h3>
        {own.length > 0 && <MarkerLines markers={own} />}
        {children.map((part) => (
          <Part key={part.id} board={board} part={part} fixed={fixed} />
        ))}
        {edge !== undefined && !fixed && (
          <LinkPicker element={element} edge={edge} label={`Connect ${element.label} by ${spell(feature.name)}`} />
        )}
      </div>
    </section>
  );
}

function Part({ board, part, fixed }: { board: Board; part: Element; fixed: boolean }) {
  const info = board.schema.find(part.cls);
  const own = board.markersFor(part.id).filter((m) => m.feature === undefined);
  const box = useFieldFocus(part.id, '');
  return (
    <fieldset className="part">
      <legend>{part.label || info?.label}</legend>
      <div ref={box}>
        {own.length > 0 && <MarkerLines markers={own} />}
        {(info?.features ?? []).map((feature) => {
          const shared = { board, element: part, feature, readOnly: fixed };
          return feature.kind === 'attribute' ? (
            <AttributeField key={feature.name} {...shared} />
          ) : feature.kind === 'reference' ? (
            <ReferenceField key={feature.name} {...shared} />
          ) : null;
        })}
        {!fixed && (
          <button
            type="button"
            className="link"
            aria-label={`Remove ${part.label || info?.label}`}
            onClick={() => void command({ op: 'delete', elements: [part.id] })}
          >
            Remove
          </button>
        )}
      </div>
    </fieldset>
  );
}

function UnknownSheet({ element }: { element: Element }) {
  const { type, nsURI, bundle } = element.unknown ?? {};
  return (
    <header className="section first">
      <h2>
        {element.label} <span className="badge warning">unknown type</span>
      </h2>
      <p>
        No installed bundle explains {type ?? 'this element'}
        {nsURI !== undefined && (
          <>
            {' '}
            (<code>{nsURI}</code>)
          </>
        )}
        . {bundle !== undefined && <>Install {bundle} to see and change it. </>}Nothing of it is lost; until then the
        document is read-only.
      </p>
      <dl className="facts">
        {Object.entries(element.attrs).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="mono">{Array.isArray(value) ? value.join(' ') : value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function ManySheet({ board, keys, readOnly }: { board: Board; keys: readonly string[]; readOnly: boolean }) {
  return (
    <header className="section first">
      <h2>{keys.length} elements</h2>
      {!readOnly && (
        <div className="group actions">
          <button type="button" className="plain" onClick={copySelection}>
            Copy
          </button>
          <button type="button" className="plain" onClick={() => remove(keys)}>
            <Icon name="remove" size={14} /> Delete
          </button>
        </div>
      )}
      <ul className="choices">
        {keys.map((id) => (
          <li key={id}>
            <button type="button" onClick={() => reveal(id)}>
              <span className={`chip role-${board.role(board.find(id)!)}`} aria-hidden="true" />
              {board.label(id)}
            </button>
          </li>
        ))}
      </ul>
    </header>
  );
}

function LineSheet({ board, id, readOnly }: { board: Board; id: string; readOnly: boolean }) {
  const line = board.lines.find((l) => l.id === id);
  if (line === undefined) {
    return <p className="empty">Several lines that end inside closed boxes. Open the boxes to see each of them.</p>;
  }
  const doc = board.schema.feature(board.find(line.source)?.cls, line.feature)?.doc;
  return (
    <header className="section first">
      <h2>
        {spell(line.feature)} <span className="badge">connection</span>
      </h2>
      {doc !== undefined && <p className="soft">{doc}</p>}
      <p>
        From{' '}
        <button type="button" className="link" onClick={() => reveal(line.source, line.feature)}>
          {board.label(line.source)}
        </button>{' '}
        to{' '}
        <button type="button" className="link" onClick={() => reveal(line.target)}>
          {board.label(line.target)}
        </button>
      </p>
      {!readOnly && (
        <div className="group actions">
          <button type="button" className="plain" onClick={() => removeLine(id)}>
            <Icon name="remove" size={14} /> Disconnect
          </button>
        </div>
      )}
    </header>
  );
}
