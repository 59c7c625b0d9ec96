// Whole ways of working: draw, import, repair, save, together and with bundles that come and go.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { largeBoard } from './blob';
import { npuBundle } from './bundle';
import { Desk, HOME, until, Yard } from './harness';

const EXAMPLE = 'launch/yards/thread-2017/board.topology';

export function boards(yard: Yard): void {
  describe('boards', () => {
    test('a board is drawn from nothing, repaired, saved, and answers', async () => {
      const desk = await Desk.open(yard);
      const { page } = desk;
      await page.getByRole('button', { name: 'New board' }).click();
      await page.getByLabel('File name').fill('drawn');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('An empty board').waitFor();
      const palette = page.getByRole('region', { name: 'Palette' });
      const canvas = await desk.box(page.locator('.canvas'));
      const item = async (name: RegExp) => {
        const { x, y } = await desk.box(palette.getByRole('button', { name }));
        return { x: x + 20, y: y + 10 };
      };
      await desk.drag(await item(/^Add Memory to/), { x: canvas.x + 120, y: canvas.y + 160 });
      await page.locator('.node.role-memory').waitFor();
      const memory = (await page.locator('.react-flow__node:has(.role-memory)').getAttribute('data-id'))!;
      await desk.setField('base', '0x4000_0000');
      await until('the base is taken', async () => (await desk.input('base').inputValue()) === '0x40000000');
      await desk.setField('size', '2G');
      await until('it is read out', async () => /2 GiB/.test(await desk.node(memory).innerText()));
      await page.locator('.react-flow__pane').click({ position: { x: 700, y: 600 } });
      await desk.drag(await item(/^Add Bus to/), { x: canvas.x + 560, y: canvas.y + 160 });
      const bus = page.locator('.react-flow__node:has(.role-bus)');
      await bus.waitFor();
      for (const kind of ['Codec', 'Display']) {
        await desk.select((await bus.getAttribute('data-id'))!);
        await page.getByRole('button', { name: new RegExp(`^Add ${kind} to`) }).click();
        await page.getByRole('heading', { name: new RegExp(`^${kind}`, 'i') }).waitFor();
        await desk.setField('model', kind === 'Codec' ? 'samsung,mfc-v8' : 'samsung,exynos5420-fimd');
        await until('the model is set', async () => (await desk.field('model').getAttribute('class'))?.includes('set'));
      }
      await desk.select(memory);
      await page.getByRole('button', { name: /^Add Reserved ?[Pp]ool to/ }).click();
      await page.getByRole('heading', { name: /pool/i }).first().waitFor();
      const pool = (await page.locator('.react-flow__node.selected').getAttribute('data-id'))!;
      await desk.setField('size', '16M');
      await until('the size is taken', async () => /16 MiB/.test(await desk.node(pool).innerText()));
      await desk.fit();
      const codec = (await page.locator('.react-flow__node[data-id*="codec"]').getAttribute('data-id'))!;
      await desk.drawLine(codec, pool);
      await desk.edge(codec, pool).waitFor({ state: 'attached' });
      await until('no errors are left', async () => (await page.locator('.flag.error').count()) === 0);
      await desk.save();
      await desk.picture('drawn');
      await desk.close();
      const answer = execFileSync(
        join(HOME, 'launch/bufferyard'),
        ['explain', join(yard.workspace, 'drawn.topology'), 'codec', 'display', '--format', 'json'],
        { env: { ...process.env, BUFFERYARD_BUILD: 'never', BUFFERYARD_YARD: 'none' } },
      );
      assert.ok((JSON.parse(answer.toString()) as { results: { verdict: string }[] }).results[0]!.verdict);
    });

    test('save and reload: byte-identical', async () => {
      yard.put(EXAMPLE, 'same.topology');
      const before = yard.read('same.topology');
      const desk = await Desk.open(yard, 'same.topology');
      await desk.fit();
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '36');
      await desk.page.locator('.unsaved').waitFor();
      await desk.save();
      assert.equal(yard.read('same.topology'), before.replace('fimd" dmaMaskBits="31"', 'fimd" dmaMaskBits="36"'));
      await desk.page.reload();
      await desk.node('soc/display').waitFor();
      await desk.select('soc/display');
      assert.equal(await desk.input('dmaMaskBits').inputValue(), '36');
      await desk.setField('dmaMaskBits', '31');
      await desk.page.locator('.unsaved').waitFor();
      await desk.save();
      assert.equal(yard.read('same.topology'), before);
      await desk.close();
    });

    test('a devicetree blob is imported', async () => {
      const file = join(yard.workspace, 'large.dtb');
      writeFileSync(file, largeBoard(220));
      const desk = await Desk.open(yard);
      const { page } = desk;
      await page.locator('input[type=file]').setInputFiles(file);
      const dialog = page.getByRole('dialog', { name: /^Imported/ });
      await dialog.getByText(/understood/).waitFor();
      await dialog.getByRole('button', { name: 'Show the board' }).click();
      await page.locator('.react-flow__node').first().waitFor();
      await page.getByText('● unsaved').waitFor();
      await page.getByRole('combobox', { name: 'Search the board' }).fill('video218');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /^video218/ }).waitFor();
      await desk.save();
      assert.match(yard.read('large.topology'), /video218/);
      await desk.close();
    });

    test('a blob that is dropped on the page is imported', async () => {
      const desk = await Desk.open(yard);
      const { page } = desk;
      await page.keyboard.press('Escape');
      const bytes = largeBoard(3).toString('base64');
      await page.evaluate((text) => {
        const data = new DataTransfer();
        const blob = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        data.items.add(new File([blob], 'dropped.dtb'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
      }, bytes);
      await page.getByRole('dialog', { name: /^Imported dropped/ }).getByRole('button', { name: 'Show the board' }).click();
      await page.getByRole('treeitem', { name: /^video2/ }).waitFor();
      await desk.close();
    });

    test('an element is deleted with its lines, and undo brings all back', async () => {
      yard.put(EXAMPLE, 'delete.topology');
      const desk = await Desk.open(yard, 'delete.topology');
      await desk.fit();
      await desk.select('dram/codec-pool');
      await desk.page.keyboard.press('Delete');
      await desk.node('dram/codec-pool').waitFor({ state: 'detached' });
      assert.equal(await desk.edge('soc/codec', 'dram/codec-pool').count(), 0);
      await desk.page.locator('.canvas').press('Control+z');
      await desk.edge('soc/codec', 'dram/codec-pool').waitFor({ state: 'attached' });
      await desk.edge('soc/codec', 'dram/codec-pool').focus();
      await desk.page.keyboard.press('Enter');
      await desk.page.getByRole('button', { name: 'Disconnect' }).click();
      await desk.edge('soc/codec', 'dram/codec-pool').waitFor({ state: 'detached' });
      await desk.close();
    });

    test('two pages see each other, and neither undoes the other unasked', async () => {
      yard.put(EXAMPLE, 'two.topology');
      const one = await Desk.open(yard, 'two.topology');
      const two = await Desk.open(yard, 'two.topology');
      await one.fit();
      await two.fit();
      await one.select('soc/display');
      await two.select('soc/display');
      await one.setField('dmaMaskBits', '40');
      await until('the other page shows it', async () => (await two.input('dmaMaskBits').inputValue()) === '40');
      await two.undoButton().click();
      const asked = two.page.getByRole('dialog', { name: /another page's change/ });
      await asked.getByRole('button', { name: 'Cancel' }).click();
      assert.equal(await one.input('dmaMaskBits').inputValue(), '40');
      await two.undoButton().click();
      await asked.getByRole('button', { name: 'Undo it' }).click();
      await until('it is back on both', async () => (await one.input('dmaMaskBits').inputValue()) === '31');
      await until('no more unsaved', async () => (await two.input('dmaMaskBits').inputValue()) === '31');
      await one.close();
      await two.close();
    });

    test('a file that changed on disk is not overwritten silently', async () => {
      yard.put(EXAMPLE, 'disk.topology');
      const desk = await Desk.open(yard, 'disk.topology');
      await desk.fit();
      await desk.select('soc/display');
      await desk.setField('dmaMaskBits', '36');
      await desk.page.locator('.unsaved').waitFor();
      const path = join(yard.workspace, 'disk.topology');
      writeFileSync(path, readFileSync(path, 'utf8').replace('cmaSize="96M"', 'cmaSize="64M"'));
      await desk.page.getByRole('button', { name: 'Save', exact: true }).click();
      const dialog = desk.page.getByRole('dialog', { name: /changed on disk/ });
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      assert.match(yard.read('disk.topology'), /cmaSize="64M"/);
      await desk.close();
    });

    test('a hostile or broken file gives a message and stays as it is', async () => {
      const evil = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
      writeFileSync(join(yard.workspace, 'evil.topology'), evil);
      const desk = await Desk.open(yard);
      await desk.page.getByRole('list', { name: 'Files' }).getByRole('button', { name: 'evil.topology' }).click();
      await desk.page.getByRole('alert').filter({ hasText: /evil\.topology/ }).waitFor();
      assert.equal(await desk.page.getByText(/root:/).count(), 0);
      assert.equal(yard.read('evil.topology'), evil);
      await desk.close();
    });

    test('a device bundle arrives and leaves under an open page', async () => {
      yard.put('bundles/org.bufferyard.itest/src/main/resources/npu/npu.topology', 'npu.topology');
      const before = yard.read('npu.topology');
      const desk = await Desk.open(yard, 'npu.topology');
      const { page } = desk;
      const unknown = page.locator('.node.role-unknown');
      await until('an unknown is shown', async () => (await unknown.count()) > 0);
      writeFileSync(join(yard.plugins, '.npu.jar'), npuBundle());
      renameSync(join(yard.plugins, '.npu.jar'), join(yard.plugins, 'npu.jar'));
      await until('it is known, without a reload of the page', async () => (await unknown.count()) === 0);
      await until('it may be changed', async () => (await page.getByText(/^Read-only/).count()) === 0);
      await page.getByRole('tree').focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Add Npu/i }).waitFor();
      rmSync(join(yard.plugins, 'npu.jar'));
      await until('it is unknown again', async () => (await unknown.count()) > 0);
      await page.getByText(/^Read-only/).waitFor();
      assert.equal(await page.getByRole('button', { name: /^Add Npu/i }).count(), 0);
      assert.equal(yard.read('npu.topology'), before);
      await desk.close();
    });
  });
}
