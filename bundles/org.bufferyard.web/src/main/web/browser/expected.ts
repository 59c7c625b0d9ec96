// What people expect of a model editor, a test for each, with the mouse and the keyboard.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Desk, until, Yard } from './harness';

export function expected(yard: Yard): void {
  const board = 'launch/yards/thread-2017/board.topology';
  let copies = 0;
  const fresh = async (theme: 'light' | 'dark' = 'light') => {
    const path = `copy${++copies}.topology`;
    yard.put(board, path);
    const desk = await Desk.open(yard, path, theme);
    await desk.fit();
    return { desk, page: desk.page, path };
  };

  describe('expected', () => {
    test('contextual palette', async () => {
      const { desk, page } = await fresh();
      const palette = page.getByRole('region', { name: 'Palette' });
      await desk.select('dram');
      await palette.getByText('Add to dram').waitFor();
      const inMemory = await palette.getByRole('button').allInnerTexts();
      assert.equal(inMemory.length, 1, `only pools go into a memory, not ${inMemory}`);
      await desk.select('soc');
      await palette.getByText('Add to soc').waitFor();
      const inBus = await palette.getByRole('button').allInnerTexts();
      assert.ok(inBus.some((t) => t.includes('Codec')) && inBus.some((t) => t.includes('Bus')), String(inBus));
      await palette.getByRole('button', { name: /^Add Bus to/ }).click();
      await until('a bus is there', async () => (await page.locator('.node.role-bus').count()) === 2);
      await desk.close();
    });

    test('add by keyboard', async () => {
      const { desk, page } = await fresh();
      await desk.node('soc').focus();
      await page.keyboard.press('Enter');
      await until('soc is selected', async () => (await desk.node('soc').getAttribute('class'))?.includes('selected'));
      await page.keyboard.press('a');
      await page.getByRole('dialog', { name: 'Add to soc' }).waitFor();
      await page.keyboard.type('display');
      await page.keyboard.press('Enter');
      await until('two displays', async () => (await page.getByRole('treeitem', { name: /Display/ }).count()) === 2);
      await desk.close();
    });

    test('drag and drop with only legal targets', async () => {
      const { desk, page } = await fresh();
      // Onto a memory: not legal, marked so, and back it goes.
      await desk.drag(await desk.grip('soc/display'), await desk.grip('dram'), async () => {
        await until('dram says no', async () => (await desk.node('dram').locator('> .node').getAttribute('class'))?.includes('illegal'));
      });
      await page.getByRole('alert').filter({ hasText: 'cannot be put into' }).waitFor();
      assert.equal(await desk.undoButton().isDisabled(), true);
      // Out of the palette onto the bus: legal, marked so.
      const item = await desk.box(page.getByRole('button', { name: /^Add Camera to/ }));
      await desk.drag({ x: item.x + 20, y: item.y + 10 }, await desk.roomIn('soc'), async () => {
        await until('soc is the target', async () => (await desk.node('soc').locator('> .node').getAttribute('class'))?.includes('legal target'));
      });
      await until('a camera in soc', async () => (await page.locator('.react-flow__node[data-id^="soc/camera"]').count()) === 1);
      await desk.close();
    });

    test('drag into another container moves', async () => {
      const { desk, page } = await fresh();
      await desk.select('soc');
      await page.getByRole('button', { name: 'Add Bus to soc' }).click();
      const bus = page.locator('.react-flow__node:has(.role-bus)').nth(1);
      await bus.waitFor();
      const id = (await bus.getAttribute('data-id'))!;
      await desk.fit();
      await desk.drag(await desk.grip('soc/display'), await desk.grip(id));
      await until('it moved', async () => /^Undo: .*/.test((await desk.undoButton().getAttribute('aria-label')) ?? '') && (await page.getByRole('navigation', { name: 'Where it is' }).innerText().catch(() => '')) !== '');
      await page.getByRole('tree').focus();
      await until('display stands below the bus', async () => {
        const item = page.getByRole('treeitem', { name: /^display/ });
        return (await item.getAttribute('aria-level')) === '4';
      });
      await desk.close();
    });

    test('drawing a connection with the mouse', async () => {
      const { desk, page } = await fresh();
      await desk.drawLine('soc/display', 'dram/codec-pool', async () => {
        await until('the pool is legal', async () => (await desk.node('dram/codec-pool').locator('> .node').getAttribute('class'))?.includes('legal'));
      });
      await desk.edge('soc/display', 'dram/codec-pool').waitFor({ state: 'attached' });
      // Two pools cannot be connected.
      await desk.drawLine('dram/codec-pool', 'dram/encoder-pool');
      await page.getByRole('alert').filter({ hasText: 'cannot be connected' }).waitFor();
      await desk.close();
    });

    test('automatic layout plus pinned positions', async () => {
      const { desk, page, path } = await fresh();
      const rects = await Promise.all(
        ['soc/codec', 'soc/encoder', 'soc/display', 'soc/sysmmu_gsc'].map((id) => desk.box(desk.node(id))),
      );
      rects.forEach((a, i) =>
        rects.slice(i + 1).forEach((b) => {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          assert.ok(apart, 'no two boxes overlap');
        }),
      );
      const from = await desk.grip('soc/display');
      await desk.drag(from, { x: from.x + 30, y: from.y + 24 });
      await desk.node('soc/display').locator('.pin').waitFor();
      const saved = () => JSON.parse(yard.read(path.replace('.topology', '.layout'))) as { pins: Record<string, number[]> };
      await until('the pin is beside the board', () => saved().pins['soc/display'] !== undefined);
      await page.reload();
      await desk.node('soc/display').locator('.pin').waitFor();
      assert.equal(yard.read(path), readFileSync(`${process.env['BUFFERYARD_HOME']}/${board}`, 'utf8'));
      await desk.close();
    });

    test('search and reveal', async () => {
      const { desk, page } = await fresh();
      await page.getByRole('button', { name: 'Collapse all' }).click();
      await desk.node('soc/scaler').waitFor({ state: 'detached' });
      await page.locator('.canvas').press('/');
      await page.keyboard.type('scal');
      await page.getByRole('option', { name: /scaler/ }).waitFor();
      await page.keyboard.press('Enter');
      await desk.node('soc/scaler').waitFor();
      await until('it is selected', async () => (await desk.node('soc/scaler').getAttribute('class'))?.includes('selected'));
      await page.getByRole('heading', { name: /^scaler/ }).waitFor();
      await desk.close();
    });

    test('markers on node, field and list with a jump', async () => {
      const { desk, page } = await fresh();
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '99');
      await desk.node('soc/display').locator('.flag.error').waitFor();
      await desk.field('dmaMaskBits').locator('.says.error').waitFor();
      await page.getByRole('treeitem', { name: /^display.*has errors/ }).waitFor();
      await desk.select('soc/codec');
      await page.getByText('Problems', { exact: true }).click();
      await page.getByRole('list', { name: 'Problems' }).getByRole('button', { name: /display/ }).first().click();
      await until('the field has the keyboard', () =>
        page.evaluate(() => document.activeElement?.closest('.field')?.getAttribute('data-feature') === 'dmaMaskBits'),
      );
      await desk.setField('dmaMaskBits', '32');
      await desk.node('soc/display').locator('.flag.error').waitFor({ state: 'detached' });
      // What concerns the element as a whole stands at its head.
      await desk.select('dram/codec-pool');
      await desk.setField('base', '0x1000');
      await page.getByRole('complementary', { name: 'Properties' }).getByText(/not inside/).waitFor();
      await desk.close();
    });

    test('property sheet with docs and units', async () => {
      const { desk, page } = await fresh();
      await desk.select('dram/codec-pool');
      await desk.input('size').focus();
      assert.equal(await desk.field('size').locator('.doc').isVisible(), true);
      assert.match(await desk.field('size').innerText(), /bytes/);
      await desk.setField('size', 'lots');
      await desk.field('size').getByText(/not a size/).waitFor();
      await desk.setField('size', '8M');
      await until('the server took it', async () => (await desk.undoButton().getAttribute('aria-label')) !== 'Undo');
      await desk.setField('base', '0xbe80_0000');
      await until('it is canonical', async () => (await desk.input('base').inputValue()) === '0xbe800000');
      assert.match(await desk.node('dram/codec-pool').innerText(), /0xbe80_0000 · 8 MiB/);
      // A reference is picked, with the keyboard.
      await desk.select('soc/display');
      const picker = desk.field('memoryRegions').getByRole('combobox');
      await picker.focus();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('option', { name: /encoder-pool/ }).waitFor();
      await page.keyboard.type('encoder');
      await page.keyboard.press('Enter');
      await desk.edge('soc/display', 'dram/encoder-pool').waitFor({ state: 'attached' });
      await desk.close();
    });

    test('undo that names what it undoes', async () => {
      const { desk, page } = await fresh();
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '36');
      const named = page.getByRole('button', { name: /^Undo: .*dmaMaskBits.*/i });
      await named.waitFor();
      await named.click();
      await until('it is back', async () => (await desk.input('dmaMaskBits').inputValue()) === '31');
      await page.getByRole('button', { name: /^Redo: .*dmaMaskBits/i }).waitFor();
      await page.locator('.canvas').press('Control+y');
      await until('it is redone', async () => (await desk.input('dmaMaskBits').inputValue()) === '36');
      await page.locator('.canvas').press('Control+z');
      await until('it is back again', async () => (await desk.input('dmaMaskBits').inputValue()) === '31');
      await desk.close();
    });

    test('minimap', async () => {
      const { desk, page } = await fresh();
      const map = page.locator('.react-flow__minimap');
      assert.equal(await map.locator('.react-flow__minimap-node').count(), await page.locator('.react-flow__node').count());
      const view = page.locator('.react-flow__viewport');
      const before = await view.getAttribute('style');
      const { x, y, width, height } = await desk.box(map);
      await desk.drag({ x: x + width / 2, y: y + height / 2 }, { x: x + width / 2 - 30, y: y + height / 2 });
      assert.notEqual(await view.getAttribute('style'), before);
      await desk.close();
    });

    test('SVG and PNG export', async () => {
      const { desk, page } = await fresh();
      const file = async (button: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: button }).click(),
        ]);
        return { name: download.suggestedFilename(), bytes: readFileSync((await download.path())!) };
      };
      const svg = await file('SVG');
      assert.match(svg.name, /\.svg$/);
      const text = svg.bytes.toString();
      ['dram', 'codec-pool', 'scaler', '0xbe00_0000'].forEach((word) => assert.ok(text.includes(word), word));
      const png = await file('PNG');
      assert.match(png.name, /\.png$/);
      assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
      assert.ok(png.bytes.readUInt32BE(16) > 600, 'wide enough to be read');
      await desk.close();
    });

    test('model diff', async () => {
      yard.put(board, 'diff-left.topology');
      yard.put(board, 'diff-right.topology');
      const desk = await Desk.open(yard, 'diff-left.topology');
      const { page } = desk;
      await desk.fit();
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '36');
      await until('it is set', async () => (await page.locator('.unsaved').count()) === 1);
      await desk.view('Compare');
      await page.getByLabel('Compare this board with').selectOption({ label: 'diff-right.topology' });
      const differs = page.getByRole('region', { name: 'What differs' });
      await differs.getByText(/DMA mask bits/).waitFor();
      assert.match(await differs.innerText(), /36.*31/s);
      await differs.getByRole('button', { name: 'display' }).click();
      await until('it leads there', async () => (await desk.node('soc/display').getAttribute('class'))?.includes('selected'));
      await desk.close();
    });

    test('tree outline', async () => {
      const { desk, page } = await fresh();
      const tree = page.getByRole('tree', { name: 'Outline' });
      await tree.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      const selected = tree.locator('[aria-selected="true"]');
      await until('a pool is selected', async () => /pool/.test(await selected.innerText()));
      const id = await page.locator('.react-flow__node.selected').getAttribute('data-id');
      assert.match(id ?? '', /^dram\/.*pool/);
      await tree.getByRole('treeitem', { name: /^scaler/ }).click();
      await until('the picture follows', async () => (await desk.node('soc/scaler').getAttribute('class'))?.includes('selected'));
      await desk.close();
    });

    test('read-only mode', async () => {
      yard.put('bundles/org.bufferyard.itest/src/main/resources/npu/npu.topology', 'unknown.topology');
      const desk = await Desk.open(yard, 'unknown.topology');
      const { page } = desk;
      await page.getByText(/^Read-only: /).waitFor();
      const unknown = page.locator('.react-flow__node:has(.role-unknown)').first();
      await unknown.waitFor();
      await unknown.click();
      await page.getByText('unknown type').waitFor();
      assert.match(await page.getByRole('complementary', { name: 'Properties' }).innerText(), /npu/i);
      assert.equal(await page.getByRole('region', { name: 'Palette' }).getByRole('button').first().isDisabled(), true);
      assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true);
      await desk.close();
    });

    test('unsaved indicator', async () => {
      const { desk, page } = await fresh();
      assert.equal(await page.locator('.unsaved').count(), 0);
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '35');
      await page.locator('.unsaved').waitFor();
      await desk.save();
      await desk.close();
    });

    test('collapse and expand with edges lifted to the nearest visible ancestor', async () => {
      const { desk, page } = await fresh();
      await desk.edge('soc/codec', 'dram/codec-pool').waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Collapse dram' }).click();
      await desk.edge('soc/codec', 'dram').waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Collapse soc' }).click();
      await desk.edge('soc', 'dram').waitFor({ state: 'attached' });
      assert.match((await desk.node('soc').getAttribute('aria-label')) ?? '', /closed, 5 inside/);
      await page.getByRole('button', { name: 'Expand all' }).click();
      await desk.edge('soc/codec', 'dram/codec-pool').waitFor({ state: 'attached' });
      await desk.close();
    });

    test('labels by zoom level', async () => {
      const { desk, page } = await fresh();
      const sub = desk.node('soc/codec').locator('.sub');
      assert.equal(await sub.isVisible(), true);
      for (let i = 0; i < 8; i++) {
        await page.getByRole('button', { name: 'Zoom out' }).click();
      }
      await until('only names are left', async () => !(await sub.isVisible()));
      assert.equal(await desk.node('soc/codec').locator('.title').isVisible(), true);
      await desk.close();
    });

    test('layout only of the changed container', async () => {
      const { desk, page } = await fresh();
      await desk.still();
      const asked: string[][] = [];
      page.on('request', (r) => {
        if (r.url().endsWith('/arrange')) {
          asked.push((JSON.parse(r.postData()!) as { containers: { id: string }[] }).containers.map((c) => c.id));
        }
      });
      await desk.select('dram');
      await page.getByRole('button', { name: /^Add Reserved ?[Pp]ool to dram/ }).click();
      await until('the board was laid out', () => asked.length > 0);
      await desk.still();
      assert.ok(!asked.flat().includes('soc') && !asked.flat().includes('soc/sysmmu_gsc'), String(asked));
      await desk.close();
    });

    test('capped problem list', async () => {
      const devices = Array.from(
        { length: 150 },
        (_, i) =>
          `    <components xsi:type="topology:Device" id="soc/d${i}" name="d${i}" model="example,d" dmaMaskBits="99"/>\n`,
      );
      const text = yard.read('copy1.topology').replace(/<topology:Topology[^>]*>[\s\S]*/, '');
      writeFileSync(
        join(yard.workspace, 'wrong.topology'),
        `${text}<topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:topology="http://bufferyard.org/topology/1.0" id="wrong" name="wrong">
  <components xsi:type="topology:Bus" id="soc" name="soc">
${devices.join('')}  </components>
</topology:Topology>
`,
      );
      const desk = await Desk.open(yard, 'wrong.topology');
      const summary = desk.page.getByText('Problems', { exact: true });
      await desk.page.getByText(/^. 150 errors$/).waitFor();
      await summary.click();
      const list = desk.page.getByRole('list', { name: 'Problems' });
      assert.equal(await list.getByRole('button').count(), 100);
      await list.getByText('and 50 more').waitFor();
      await desk.close();
    });

    test('multi-select, copy and paste', async () => {
      const { desk, page } = await fresh();
      await desk.select('soc/codec');
      await page.keyboard.down('Control');
      await desk.select('soc/encoder');
      await page.keyboard.up('Control');
      await page.getByRole('heading', { name: '2 elements' }).waitFor();
      await page.locator('.canvas').press('Control+c');
      await page.locator('.canvas').press('Control+v');
      await until('two more', async () => (await page.getByRole('treeitem', { name: /Codec/ }).count()) === 4);
      await page.locator('.canvas').press('Control+z');
      await until('gone with one undo', async () => (await page.getByRole('treeitem', { name: /Codec/ }).count()) === 2);
      await desk.close();
    });

    test('dark and light', async () => {
      const { desk, page } = await fresh();
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      await page.getByRole('button', { name: 'Dark colours' }).click();
      await until('it is dark', async () => (await background()) !== light);
      await page.reload();
      await page.locator('.react-flow__node').first().waitFor();
      assert.notEqual(await background(), light, 'remembered');
      await desk.close();
    });
  });
}
