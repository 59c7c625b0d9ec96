import type { Verdict } from '../wire/answers';

/** Never by colour alone: each verdict has a sign, and its word is spoken. */
const SIGNS: Readonly<Record<Verdict, string>> = {
  SHARED: '●',
  BOUNCED: '↺',
  COPIED: '⧉',
  STALE: '◔',
  CORRUPT: '≠',
  FAULT: '⚡',
  OOPS: '✖',
  REFUSED: '⊘',
};

export const MEANING: Readonly<Record<Verdict, string>> = {
  SHARED: 'Zero copy: the importer uses the same bytes.',
  BOUNCED: 'The bytes went through a bounce buffer.',
  COPIED: 'Software copied the bytes.',
  STALE: 'It succeeds, with bytes that a cache held back.',
  CORRUPT: 'It succeeds, with wrong bytes.',
  FAULT: "The device's access faults.",
  OOPS: 'The kernel dies.',
  REFUSED: 'The kernel says no.',
};

export function sign(verdict: Verdict | null): string {
  return verdict === null ? '–' : SIGNS[verdict];
}

export function VerdictBadge({ verdict, large }: { verdict: Verdict | null; large?: boolean }) {
  const name = verdict ?? 'none';
  return (
    <span className={`verdict v-${name.toLowerCase()}${large ? ' large' : ''}`}>
      <span aria-hidden="true">{sign(verdict)}</span> {verdict ?? 'no verdict'}
    </span>
  );
}
