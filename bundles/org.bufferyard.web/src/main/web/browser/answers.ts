// Verdicts on the picture, and what runs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violations } from './axe';
import { Desk, until, Yard } from './harness';

export function answers(yard: Yard): void {
  const fresh = async (name: string) => {
    yard.put('launch/yards/thread-2017/board.topology', name);
    const desk = await Desk.open(yard, name);
    await desk.fit();
    return { desk, page: desk.page };
  };

  describe('answers', () => {
    test('a verdict lights up the way, and each step points to its element', async () => {
      const { desk, page } = await fresh('verdict.topology');
      await desk.view('Verdict');
      const form = page.getByRole('form', { name: 'Question' });
      await form.getByLabel('Exporter').selectOption({ value: 'soc/codec' });
      await form.getByLabel('Importers').selectOption([{ value: 'soc/scaler' }]);
      await form.getByLabel('Size').fill('128K');
      await form.getByLabel('Kernel').selectOption('7.3');
      await form.getByRole('button', { name: 'What happens?' }).click();
      const answer = page.getByRole('article', { name: 'Answer' });
      await answer.locator('.verdict.large').getByText('SHARED').waitFor();
      for (const id of ['soc/codec', 'dram/codec-pool', 'soc/sysmmu_gsc', 'soc/scaler']) {
        await until(`${id} is lit`, async () => (await desk.node(id).locator('> .node').getAttribute('class'))?.includes('lit'));
      }
      assert.equal((await desk.node('soc/display').locator('> .node').getAttribute('class'))?.includes('lit'), false);
      assert.ok((await page.locator('.react-flow__edge.light').count()) >= 2, 'the way is drawn');
      await answer.evaluate((e) => e.scrollIntoView());
      await page.setViewportSize({ width: 1280, height: 700 });
      await desk.fit();
      await desk.picture('verdict');
      await answer.getByRole('button', { name: /IOVA 0x/ }).first().click();
      await page.locator('.node.step').waitFor();
      // 4.10 made up a page and died of it.
      await form.getByLabel('Kernel').selectOption('4.10-arm');
      await form.getByRole('button', { name: 'What happens?' }).click();
      await answer.locator('.verdict.large').getByText('OOPS').waitFor();
      await page.getByRole('group', { name: 'Answers' }).getByRole('button', { name: /proposal/ }).click();
      await answer.locator('.verdict.large').getByText('SHARED').waitFor();
      await desk.close();
    });

    test('the matrix is a heat map with a jump into each cell', async () => {
      const { desk, page } = await fresh('matrix.topology');
      await desk.view('Matrix');
      const cell = page.getByRole('button', { name: /^codec to display: OOPS/ });
      await cell.waitFor();
      assert.equal(await page.locator('.cell').count(), 12);
      await desk.picture('matrix');
      await cell.click();
      const answer = page.getByRole('article', { name: 'Answer' });
      await answer.locator('.verdict.large').getByText('OOPS').waitFor();
      assert.match(await answer.innerText(), /Why, step by step/i);
      await desk.close();
    });

    test('the address map says which memory a device sees', async () => {
      const { desk, page } = await fresh('addresses.topology');
      await desk.view('Addresses');
      await page.getByRole('combobox', { name: 'Device', exact: true }).selectOption({ value: 'soc/display' });
      const pools = page.getByRole('region', { name: 'Pools' });
      await pools.getByRole('button', { name: 'codec-pool' }).waitFor();
      assert.match(await page.getByRole('region', { name: 'Memory', exact: true }).innerText(), /0x4000_0000/);
      assert.ok((await pools.locator('.reach-none, .reach-bounce').count()) > 0, 'the display does not reach the pool');
      await desk.picture('addresses');
      await desk.close();
    });

    test('two policies are compared side by side', async () => {
      const { desk, page } = await fresh('policies.topology');
      await desk.view('Compare');
      const form = page.getByRole('form', { name: 'Question' });
      await form.getByLabel('Exporter').selectOption({ value: 'soc/codec' });
      await form.getByLabel('Importers').selectOption([{ value: 'soc/scaler' }]);
      await form.getByLabel('Kernel').selectOption('4.10-arm');
      await form.getByRole('button', { name: 'Compare the policies' }).click();
      const rows = page.getByRole('region', { name: 'Two answers' });
      await rows.getByRole('row', { name: /verdict/ }).waitFor();
      assert.match(await rows.getByRole('row', { name: /verdict/ }).innerText(), /OOPS[\s\S]*SHARED/);
      await desk.picture('compare');
      await desk.close();
    });

    test('what runs is seen, stopped, started and swapped from the page', async (t) => {
      const { desk, page } = await fresh('live.topology');
      const has = await page.getByRole('button', { name: 'Live', exact: true }).count();
      if (has === 0) {
        await desk.close();
        t.skip('this yard has no live service');
        return;
      }
      await desk.view('Live');
      const panel = page.getByRole('complementary', { name: 'Running' });
      await panel.getByRole('button', { name: 'Start this board' }).click();
      const row = panel.getByRole('region', { name: 'Pipelines' }).getByRole('row').nth(1);
      await row.waitFor();
      const total = async (name: string) =>
        Number(await panel.locator('.totals > div', { hasText: name }).locator('dd').innerText());
      await until('frames come out', async () => (await total('frames out')) > 10, 20_000);
      await page.locator('.react-flow__edge.flow').first().waitFor({ state: 'attached' });
      const before = await total('swaps');
      const services = panel.getByRole('region', { name: 'Services' });
      await services.getByRole('button', { name: /^Swap samsung,exynos-sysmmu/ }).first().click();
      await until('it was swapped', async () => (await total('swaps')) > before, 20_000);
      const then = await total('frames out');
      await until('frames still come out', async () => (await total('frames out')) > then, 20_000);
      assert.equal(await total('wrong checksums'), 0);
      await page.getByRole('region', { name: 'The last 10 seconds' }).getByRole('img').first().waitFor();
      await panel.getByRole('heading', { name: /^Running/ }).scrollIntoViewIfNeeded();
      await desk.picture('live');
      assert.deepEqual(await violations(page), [], 'axe');
      await row.getByRole('button', { name: /^Stop pipeline/ }).click();
      await row.getByText('stopped').first().waitFor();
      await row.getByRole('button', { name: /^Start pipeline/ }).click();
      await row.getByRole('button', { name: /^Stop pipeline/ }).waitFor();
      await panel.getByRole('button', { name: 'Stop all' }).click();
      await panel.getByText('Nothing runs').waitFor();
      await desk.close();
    });
  });
}
