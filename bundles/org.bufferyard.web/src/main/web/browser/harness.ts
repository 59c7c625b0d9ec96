// One yard and one browser for all tests; each test has a folder of its own in the workspace.
import assert from 'node:assert/strict';
import { ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Browser, BrowserContext, chromium, Locator, Page } from 'playwright-core';

export const HOME = process.env['BUFFERYARD_HOME']!;
export const PICTURES = process.env['PICTURES'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The browser of this machine; none is ever downloaded. */
export const CHROMIUM = [
  process.env['CHROMIUM'],
  ...(process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))),
].find((path) => path !== undefined && existsSync(path));
const PATIENCE_MS = 10_000;

export async function until(what: string, holds: () => Promise<unknown> | unknown, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) {
        return;
      }
    } catch (e) {
      last = e;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${patience / 1000} s in vain: ${what}${last ? ` (${String(last)})` : ''}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

export class Yard {
  private process: ChildProcess | undefined;
  address = '';
  output = '';
  readonly workspace = mkdtempSync(join(tmpdir(), 'bufferyard-page-'));
  readonly plugins = join(this.workspace, '.plugins');

  constructor() {
    mkdirSync(this.plugins);
  }

  /** Copies files of the example yards into the workspace. */
  put(from: string, to: string): void {
    cpSync(join(HOME, from), join(this.workspace, to), { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.workspace, path), 'utf8');
  }

  async start(port = '0'): Promise<void> {
    const child = spawn(
      process.env['BUFFERYARD'] ?? join(HOME, 'launch/bufferyard'),
      ['start', '--port', port, '--workspace', this.workspace, '--plugins', this.plugins],
      { env: { ...process.env, BUFFERYARD_BUILD: 'never', BUFFERYARD_YARD: 'none' }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.process = child;
    this.output = '';
    child.stdout!.on('data', (text) => (this.output += text));
    child.stderr!.on('data', (text) => (this.output += text));
    await until(
      'the yard says where its page is',
      () => {
        assert.equal(child.exitCode, null, this.output);
        this.address = /http:\/\/127\.0\.0\.1:\d+\//.exec(this.output)?.[0] ?? '';
        return this.address !== '';
      },
      60_000,
    );
  }

  get port(): string {
    return new URL(this.address).port;
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child !== undefined && child.exitCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    }
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.workspace, { recursive: true, force: true });
  }
}

let browser: Browser | undefined;

export async function openBrowser(): Promise<Browser> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
}

/** One page, driven as a person does: with the mouse and the keyboard. */
export class Desk {
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(yard: Yard, path?: string, theme: 'light' | 'dark' = 'light'): Promise<Desk> {
    const context = await (await openBrowser()).newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: theme,
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const desk = new Desk(page, context);
    page.on('pageerror', (e) => desk.complaints.push(String(e.stack)));
    page.on('console', (m) => m.type() === 'error' && !/Failed to load resource|ERR_/.test(m.text()) && desk.complaints.push(m.text()));
    await page.goto(yard.address);
    if (path !== undefined) {
      await desk.choose(path);
    }
    return desk;
  }

  /** Opens a board from the list of files. */
  async choose(path: string): Promise<void> {
    await this.page.getByRole('dialog').getByLabel('Filter the files').fill(path);
    await this.page.getByRole('list', { name: 'Files' }).getByRole('button', { name: path }).first().click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
    await this.page.locator('.react-flow__node').first().waitFor();
  }

  async close(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.complaints, [], 'errors on the page');
  }

  node(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`);
  }

  edge(source: string, target: string): Locator {
    return this.page.locator(`.react-flow__edge[data-id^="${source}|"][data-id$="|${target}"]`);
  }

  field(feature: string): Locator {
    return this.page.locator(`.field[data-feature="${feature}"]`).first();
  }

  input(feature: string): Locator {
    return this.field(feature).locator('input, select, textarea').first();
  }

  undoButton(): Locator {
    return this.page.getByRole('button', { name: /^Undo/ });
  }

  async box(target: Locator) {
    const box = await target.boundingBox();
    assert.ok(box, `${target} is on the screen`);
    return box;
  }

  /** Fits the board and waits until the picture stands still. */
  async fit(): Promise<void> {
    await this.page.getByRole('button', { name: 'Fit the board' }).click();
    await this.still();
  }

  async still(): Promise<void> {
    let before = '';
    await until('the picture stands still', async () => {
      const now = await this.page.evaluate(() =>
        [...document.querySelectorAll('.react-flow__node, .react-flow__viewport')]
          .map((e) => (e as HTMLElement).style.transform)
          .join(),
      );
      const same = now === before && now !== '';
      before = now;
      return same;
    });
  }

  async select(id: string): Promise<void> {
    const { x, y } = await this.box(this.node(id));
    await this.page.mouse.click(x + 60, y + 18);
    await until(`${id} is selected`, async () => (await this.node(id).getAttribute('class'))?.includes('selected'));
  }

  /** Drags with intermediate positions, as a hand does; returns what was marked on the way's end. */
  async drag(from: { x: number; y: number }, to: { x: number; y: number }, before?: () => Promise<void>): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + (to.x - from.x) / 3, from.y + (to.y - from.y) / 3, { steps: 4 });
    await mouse.move(to.x, to.y, { steps: 6 });
    await before?.();
    await mouse.up();
  }

  async grip(id: string): Promise<{ x: number; y: number }> {
    const { x, y } = await this.box(this.node(id));
    return { x: x + 60, y: y + 18 };
  }

  /** An empty place of a box, below its head and beside what it holds. */
  async roomIn(id: string): Promise<{ x: number; y: number }> {
    const { x, y, width, height } = await this.box(this.node(id));
    return { x: x + width - 8, y: y + height - 6 };
  }

  async drawLine(from: string, to: string, before?: () => Promise<void>): Promise<void> {
    await this.node(from).hover();
    const handle = await this.box(this.node(from).locator('> .node > .react-flow__handle'));
    const target = await this.box(this.node(to));
    await this.drag(
      { x: handle.x + handle.width / 2, y: handle.y + handle.height / 2 },
      { x: target.x + 40, y: target.y + 16 },
      before,
    );
  }

  async setField(feature: string, value: string): Promise<void> {
    await this.input(feature).fill(value);
    await this.input(feature).press('Enter');
  }

  async save(): Promise<void> {
    await this.page.getByRole('button', { name: 'Save', exact: true }).click();
    await until('it is saved', async () => (await this.page.locator('.unsaved').count()) === 0);
  }

  async view(name: string): Promise<void> {
    await this.page.getByRole('group', { name: 'View' }).getByRole('button', { name }).click();
  }

  async picture(name: string): Promise<void> {
    if (PICTURES !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
    }
  }
}
