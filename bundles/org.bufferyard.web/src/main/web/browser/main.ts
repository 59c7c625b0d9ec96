// All browser tests, against one real yard in one browser.
import { after, before, test } from 'node:test';
import { answers } from './answers';
import { boards } from './boards';
import { expected } from './expected';
import { CHROMIUM, closeBrowser, Desk, until, Yard } from './harness';
import { large } from './large';
import { spoken } from './spoken';

if (CHROMIUM === undefined) {
  const why = 'Chromium was not found: install it (Debian: apt-get install chromium), or say CHROMIUM=/path/to/it';
  console.log(`[WARNING] The editor page is not tested in a browser. ${why}`);
  test('the page in a browser', { skip: why }, () => undefined);
} else {
  const yard = new Yard();
  before(() => yard.start());
  after(async () => {
    await closeBrowser();
    await yard.end();
  });
  expected(yard);
  spoken(yard);
  boards(yard);
  answers(yard);
  large(yard, (process.env['LARGE'] ?? '1000').split(',').map(Number));

  // Last, for it stops the yard that the others use.
  test('expected: reconnect banner', async () => {
    yard.put('launch/yards/thread-2017/board.topology', 'reconnect.topology');
    const desk = await Desk.open(yard, 'reconnect.topology');
    await desk.fit();
    await desk.select('soc/display');
    await desk.setField('dmaMaskBits', '36');
    await desk.page.locator('.unsaved').waitFor();
    const { port } = yard;
    await yard.stop();
    await desk.page.getByText('The connection to the yard is lost').waitFor();
    await yard.start(port);
    await desk.page.getByText('The connection to the yard is lost').waitFor({ state: 'detached', timeout: 30_000 });
    await until('nothing is lost', async () => (await desk.input('dmaMaskBits').inputValue()) === '36');
    await desk.setField('dmaMaskBits', '35');
    await desk.page.getByRole('button', { name: /^Undo: .*dmaMaskBits/ }).waitFor();
    await desk.page.locator('.unsaved').waitFor();
    await desk.save();
    await desk.close();
  });
}
