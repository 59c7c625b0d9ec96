import { openAdd } from '../panels/Palette';
import { desk } from './desk';
import { copySelection, paste, redo, remove, removeLine, save, select, undo } from './edits';
import { store } from './store';

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}

/** Keys for the whole page; those without Ctrl do nothing while somebody writes. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) {
    return;
  }
  const { selection, line, board } = store.get();
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const always: Record<string, () => void> = { s: () => void save(), o: () => store.set({ dialog: { kind: 'files' } }) };
  const withHeld: Record<string, () => void> = {
    z: () => void (event.shiftKey ? redo() : undo()),
    y: () => void redo(),
    c: copySelection,
    v: () => void paste(),
    a: () => select([...(board?.elements.values() ?? [])].filter((e) => board!.isNode(e)).map((e) => e.id)),
  };
  const plain: Record<string, () => void> = {
    delete: () => (line === undefined ? remove(selection) : removeLine(line)),
    backspace: () => (line === undefined ? remove(selection) : removeLine(line)),
    '/': () => document.getElementById('search')?.focus(),
    a: openAdd,
    insert: openAdd,
    c: () => selection[0] !== undefined && store.set({ dialog: { kind: 'connect', source: selection[0] } }),
    '?': () => store.set({ dialog: { kind: 'keys' } }),
  };
  const act = held ? (always[key] ?? (typing(event.target) ? undefined : withHeld[key])) : typing(event.target) ? undefined : plain[key];
  if (act !== undefined && !event.altKey) {
    event.preventDefault();
    act();
  }
}

/** A devicetree blob dropped on the page is imported. */
export async function dropFiles(files: FileList | undefined): Promise<void> {
  for (const file of files ?? []) {
    await importFile(file);
  }
}

export async function importFile(file: File): Promise<void> {
  const limit = store.get().hello?.limits.bodyBytes ?? Infinity;
  if (file.size > limit) {
    desk.notice('error', `${file.name} has ${file.size} bytes; at most ${limit} are taken`);
    return;
  }
  await desk.run(async () => desk.enter(await desk.client.importBlob(file.name, file)));
}
