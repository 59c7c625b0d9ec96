import { KeyboardEvent, ReactNode, useEffect, useId, useRef, useState } from 'react';
import { command, reveal, setFeature } from '../app/edits';
import { desk } from '../app/desk';
import { store, useApp } from '../app/store';
import type { Board, Element } from '../model/board';
import { parseAddress, parseSize, readAddress, readSize } from '../model/notation';
import { Icon } from '../parts/icons';
import { Picker } from '../parts/Picker';
import type { EdgeKind, Feature, Key, Marker } from '../wire/types';

export interface FieldProps {
  readonly board: Board;
  readonly element: Element;
  readonly feature: Feature;
  readonly readOnly: boolean;
}

/** `maxSegmentSize` to `max segment size`. */
export function spell(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(dma|iommu|cma|pci|acs|uri)\b/g, (w) => w.toUpperCase())
    .replace('ns URI', 'nsURI');
}

/** What is wrong with the text before anybody is asked; the server has the last word. */
export function objection(feature: Feature, text: string): string | undefined {
  if (text.trim() === '') {
    return feature.required === true ? `${spell(feature.name)} is needed` : undefined;
  }
  try {
    if (feature.type === 'address') {
      parseAddress(text);
    } else if (feature.type === 'size') {
      parseSize(text);
    } else if (feature.type === 'int' || feature.type === 'long') {
      const value = Number(text.replaceAll('_', ''));
      if (!Number.isInteger(value)) {
        return `'${text}' is not a whole number`;
      }
      if (feature.min !== undefined && value < Number(feature.min)) {
        return `at least ${feature.min}`;
      }
      if (feature.max !== undefined && value > Number(feature.max)) {
        return `at most ${feature.max}`;
      }
    } else if (feature.pattern !== undefined && !new RegExp(`^(?:${feature.pattern})$`, 'u').test(text)) {
      return `'${text}' is not written as expected: ${feature.pattern}`;
    }
  } catch (e) {
    // A pattern that only Java understands is the server's to check.
    return e instanceof SyntaxError ? undefined : (e as Error).message;
  }
  return undefined;
}

/** The number once more, the other way round. */
export function reading(feature: Feature, text: string | undefined): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    if (feature.type === 'size') {
      const size = parseSize(text);
      return `${readSize(size)} · 0x${size.toString(16)}`;
    }
    return feature.type === 'address' ? readAddress(parseAddress(text)) : undefined;
  } catch {
    return undefined;
  }
}

export function MarkerLines({ markers, id }: { markers: readonly Marker[]; id?: string }) {
  return (
    <div id={id} className="marker-lines">
      {markers.map((m, i) => (
        <p key={i} className={`says ${m.severity}`}>
          <span className="spoken">{m.severity}: </span>
          {m.text} {m.todo}
        </p>
      ))}
    </div>
  );
}

/** Puts the keyboard into the field that somebody jumped to. */
export function useFieldFocus(element: Key, feature: string) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = useApp((s) =>
    s.field !== undefined && s.field.element === element && s.field.feature === feature ? s.field.turn : 0,
  );
  useEffect(() => {
    if (wanted > 0) {
      box.current?.scrollIntoView({ block: 'center' });
      box.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus({ preventScroll: true });
    }
  }, [wanted]);
  return box;
}

function Frame(props: FieldProps & { id: string; line: string | undefined; hint?: string; children: ReactNode }) {
  const { board, element, feature, id } = props;
  const box = useFieldFocus(element.id, feature.name);
  const markers = board.markersFor(element.id).filter((m) => m.feature === feature.name);
  const isSet = element.attrs[feature.name] !== undefined;
  const worst = markers.some((m) => m.severity === 'error') || props.line !== undefined ? ' bad' : '';
  return (
    <div ref={box} className={`field${isSet ? ' set' : ''}${worst}`} data-feature={feature.name}>
      <label htmlFor={id}>
        {spell(feature.name)}
        {feature.required === true && (
          <span className="needed" title="needed">
            *
          </span>
        )}
        {feature.unit !== undefined && <span className="unit">{feature.unit}</span>}
      </label>
      <div className="control">
        {props.children}
        {feature.kind === 'attribute' && isSet && feature.required !== true && !props.readOnly && (
          <button
            type="button"
            className="icon"
            aria-label={`Reset ${spell(feature.name)}`}
            title={feature.default === undefined ? 'Not set' : `Back to ${feature.default}`}
            onClick={() => void setFeature(element.id, feature.name, null).then(complain)}
          >
            <Icon name="reset" size={14} />
          </button>
        )}
      </div>
      {props.hint !== undefined && <p className="reading mono">{props.hint}</p>}
      {props.line !== undefined && (
        <p className="says error" role="alert" id={`${id}-line`}>
          {props.line}
        </p>
      )}
      {markers.length > 0 && <MarkerLines markers={markers} id={`${id}-markers`} />}
      {feature.doc !== undefined && (
        <p className="doc" id={`${id}-doc`}>
          {feature.doc}
        </p>
      )}
    </div>
  );
}

function complain(line: string | undefined): void {
  if (line !== undefined) {
    desk.notice('error', line);
  }
}

export function AttributeField(props: FieldProps) {
  const { feature } = props;
  if (feature.type === 'boolean') {
    return <CheckField {...props} />;
  }
  return feature.type === 'enum' && feature.many !== true ? <ChoiceField {...props} /> : <TextField {...props} />;
}

function describe(id: string, feature: Feature, line: string | undefined, marked: boolean): string {
  return [feature.doc && `${id}-doc`, line && `${id}-line`, marked && `${id}-markers`].filter(Boolean).join(' ');
}

function TextField(props: FieldProps) {
  const { board, element, feature } = props;
  const id = useId();
  const raw = element.attrs[feature.name];
  const now = raw === undefined ? '' : Array.isArray(raw) ? raw.join(' ') : (raw as string);
  const [text, setText] = useState(now);
  const [line, setLine] = useState<string | undefined>();
  const sent = useRef(false);
  useEffect(() => {
    setText(now);
    setLine(undefined);
  }, [now, element.id]);
  const commit = async () => {
    if (text === now || sent.current) {
      return;
    }
    const wrong = objection(feature, text);
    if (wrong !== undefined) {
      setLine(wrong);
      return;
    }
    sent.current = true;
    const value = text === '' ? null : feature.many === true ? text.trim().split(/\s+/) : text;
    setLine(await setFeature(element.id, feature.name, value));
    sent.current = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !(event.shiftKey && feature.name === 'description')) {
      event.preventDefault();
      void commit();
    } else if (event.key === 'Escape' && text !== now) {
      event.stopPropagation();
      setText(now);
      setLine(undefined);
    }
  };
  const markers = board.markersFor(element.id).filter((m) => m.feature === feature.name);
  const shared = {
    id,
    value: text,
    disabled: props.readOnly || feature.readOnly === true,
    placeholder: feature.default ?? '',
    'aria-invalid': line !== undefined || markers.some((m) => m.severity === 'error'),
    'aria-describedby': describe(id, feature, line, markers.length > 0),
    spellCheck: false,
    autoComplete: 'off',
    onBlur: () => void commit(),
    onKeyDown,
  };
  const change = (next: string) => {
    setText(next);
    setLine(text === next ? line : objection(feature, next));
  };
  return (
    <Frame {...props} id={id} line={line} hint={reading(feature, text || feature.default)}>
      {feature.name === 'description' ? (
        <textarea {...shared} rows={3} onChange={(e) => change(e.target.value)} />
      ) : (
        <input
          {...shared}
          className={feature.type === 'string' || feature.type === 'class' ? '' : 'mono'}
          list={feature.suggest === undefined ? undefined : `${id}-suggest`}
          onChange={(e) => change(e.target.value)}
        />
      )}
      {feature.suggest !== undefined && (
        <datalist id={`${id}-suggest`}>
          {feature.suggest.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
    </Frame>
  );
}

function CheckField(props: FieldProps) {
  const { board, element, feature } = props;
  const id = useId();
  const [line, setLine] = useState<string | undefined>();
  return (
    <Frame {...props} id={id} line={line}>
      <input
        id={id}
        type="checkbox"
        disabled={props.readOnly || feature.readOnly === true}
        checked={board.text(element, feature.name) === 'true'}
        aria-describedby={describe(id, feature, line, false)}
        onChange={(e) => void setFeature(element.id, feature.name, String(e.target.checked)).then(setLine)}
      />
    </Frame>
  );
}

function ChoiceField(props: FieldProps) {
  const { board, element, feature } = props;
  const id = useId();
  const [line, setLine] = useState<string | undefined>();
  const literals = board.schema.literals(feature);
  const now = board.text(element, feature.name) ?? '';
  return (
    <Frame {...props} id={id} line={line} hint={undefined}>
      <select
        id={id}
        disabled={props.readOnly || feature.readOnly === true}
        value={now}
        aria-describedby={describe(id, feature, line, false)}
        title={literals.find((l) => l.value === now)?.doc}
        onChange={(e) => void setFeature(element.id, feature.name, e.target.value).then(setLine)}
      >
        {!literals.some((l) => l.value === now) && <option value={now}>{now || '—'}</option>}
        {literals.map((literal) => (
          <option key={literal.value} value={literal.value} title={literal.doc}>
            {literal.value}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A plain reference: what it names as chips that lead there, and a picker. */
export function ReferenceField(props: FieldProps) {
  const { board, element, feature } = props;
  const id = useId();
  const [line, setLine] = useState<string | undefined>();
  const named = element.refs[feature.name] ?? [];
  const set = (keys: readonly Key[]) =>
    void setFeature(
      element.id,
      feature.name,
      feature.many === true ? keys : keys.length === 0 ? null : keys[0]!,
    ).then(setLine);
  const fixed = props.readOnly || feature.readOnly === true;
  return (
    <Frame {...props} id={id} line={line}>
      <div className="refs">
        {named.map((key) => (
          <Chip key={key} board={board} target={key} onRemove={fixed ? undefined : () => set(named.filter((k) => k !== key))} />
        ))}
        {!fixed && (
          <Picker
            label={`${spell(feature.name)} of ${element.label}`}
            value={feature.many === true ? '' : named.map((k) => board.label(k)).join('')}
            disabled={fixed}
            describedBy={`${id}-doc`}
            load={() => candidates(element.id, feature.name)}
            onPick={(key) => set(feature.many === true ? [...named.filter((k) => k !== key), key] : [key])}
          />
        )}
      </div>
    </Frame>
  );
}

async function candidates(element: Key, feature: string) {
  const { doc } = store.get();
  return (await desk.client.candidates(doc!, element, feature)).candidates;
}

function Chip(props: { board: Board; target: Key; onRemove: (() => void) | undefined }) {
  const label = props.board.label(props.target);
  return (
    <span className="ref">
      <button type="button" className="link" onClick={() => reveal(props.target)}>
        {label}
      </button>
      {props.onRemove !== undefined && (
        <button type="button" className="icon" aria-label={`Remove ${label}`} onClick={props.onRemove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}

/** The same for lines that are parts: each is a link element of its own. */
export function LinkPicker(props: { element: Element; edge: EdgeKind; label: string }) {
  const { element, edge } = props;
  return (
    <Picker
      label={props.label}
      value=""
      disabled={false}
      load={() => candidates(element.id, edge.feature)}
      onPick={(target) => void command({ op: 'connect', source: element.id, target, feature: edge.feature })}
    />
  );
}
