import { KeyboardEvent, useEffect, useId, useState } from 'react';
import type { Candidate, Key } from '../wire/types';

/** Chooses one of what a reference may name; the list comes from the server when it is opened. */
export function Picker(props: {
  label: string;
  value: string;
  disabled: boolean;
  describedBy?: string;
  invalid?: boolean;
  load: () => Promise<readonly Candidate[]>;
  onPick: (key: Key) => void;
}) {
  const id = useId();
  const [text, setText] = useState<string | undefined>();
  const [all, setAll] = useState<readonly Candidate[] | undefined>();
  const [at, setAt] = useState(0);
  const open = text !== undefined;
  const { load } = props;
  useEffect(() => {
    let wanted = true;
    if (open) {
      load().then(
        (found) => wanted && setAll(found),
        () => wanted && setAll([]),
      );
    }
    return () => {
      wanted = false;
    };
  }, [open]);
  const filter = (text ?? '').toLowerCase();
  const shown = (all ?? []).filter((c) => `${c.label} ${c.key}`.toLowerCase().includes(filter)).slice(0, 60);
  const pick = (candidate: Candidate | undefined) => {
    setText(undefined);
    if (candidate !== undefined) {
      props.onPick(candidate.key);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (!open) {
        setText('');
      } else {
        setAt((at + step + shown.length) % Math.max(1, shown.length));
      }
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      pick(shown[at]);
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setText(undefined);
    }
  };
  return (
    <div className="picker">
      <input
        role="combobox"
        aria-label={props.label}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && shown.length > 0 ? `${id}-${at}` : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid}
        autoComplete="off"
        placeholder="choose…"
        disabled={props.disabled}
        value={text ?? props.value}
        onFocus={() => setAt(0)}
        onClick={() => setText((t) => t ?? '')}
        onChange={(e) => {
          setText(e.target.value);
          setAt(0);
        }}
        onBlur={() => setText(undefined)}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} className="popup" role="listbox" aria-label={`${props.label}: candidates`} hidden={!open}>
        {shown.map((candidate, i) => (
          <li
            key={candidate.key}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            onMouseDown={(e) => {
              e.preventDefault();
              pick(candidate);
            }}
          >
            {candidate.label}
            <small>{candidate.where === undefined ? candidate.key : `in ${candidate.where}`}</small>
          </li>
        ))}
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled="true">
            {all === undefined ? 'Looking…' : 'Nothing here fits'}
          </li>
        )}
      </ul>
    </div>
  );
}
