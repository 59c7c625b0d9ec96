// For those who see nothing or use no mouse: all can be reached, and says what it is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violations } from './axe';
import { Desk, Yard } from './harness';

export function spoken(yard: Yard): void {
  const fresh = async (name: string, theme: 'light' | 'dark' = 'light') => {
    yard.put('launch/yards/thread-2017/board.topology', name);
    const desk = await Desk.open(yard, name, theme);
    await desk.fit();
    return { desk, page: desk.page };
  };

  describe('spoken', () => {
    test('every node, edge and control reachable by Tab with a spoken label', async () => {
      const { desk, page } = await fresh('tab.topology');
      const all = await page.evaluate(() => ({
        nodes: [...document.querySelectorAll('.react-flow__node')].map((n) => n.getAttribute('data-id')),
        edges: [...document.querySelectorAll('.react-flow__edge')].map((e) => e.getAttribute('data-id')),
        controls: [...document.querySelectorAll('button:not(:disabled), select:not(:disabled), input:not(:disabled):not([hidden])')].length,
      }));
      const seen = new Set<string>();
      const silent: string[] = [];
      let rounds = 0;
      for (let i = 0; i < 500; i++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const e = document.activeElement;
          if (e === null || e === document.body) {
            return undefined;
          }
          e.setAttribute('data-tabbed', 'yes');
          const label =
            e.getAttribute('aria-label') ??
            (e as HTMLInputElement).labels?.[0]?.textContent ??
            (e.textContent || e.getAttribute('title') || e.getAttribute('placeholder'));
          return { id: e.getAttribute('data-id'), label: label?.trim() ?? '', html: e.outerHTML.slice(0, 120) };
        });
        if (at === undefined) {
          // Past the last one the browser begins anew.
          if (++rounds === 2) {
            break;
          }
          continue;
        }
        if (at.label === '') {
          silent.push(at.html);
        }
        if (at.id !== null) {
          seen.add(at.id);
        }
      }
      assert.deepEqual(silent, []);
      assert.deepEqual([...all.nodes, ...all.edges].filter((id) => !seen.has(id!)), []);
      const missed = await page.evaluate(() =>
        [...document.querySelectorAll('button:not(:disabled), select:not(:disabled), input:not(:disabled):not([hidden])')]
          .filter((e) => e.checkVisibility() && !e.hasAttribute('data-tabbed'))
          .map((e) => e.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(missed, []);
      assert.ok(all.controls > 20);
      await desk.close();
    });

    for (const theme of ['light', 'dark'] as const) {
      test(`axe finds nothing, ${theme}`, async () => {
        const { desk, page } = await fresh(`axe-${theme}.topology`, theme);
        assert.deepEqual(await violations(page), []);
        await desk.select('soc/scaler');
        assert.deepEqual(await violations(page), [], 'with a selected device');
        await page.locator('.canvas').press('a');
        await page.getByRole('dialog').waitFor();
        assert.deepEqual(await violations(page), [], 'with a dialog');
        await page.keyboard.press('Escape');
        for (const view of ['Verdict', 'Matrix', 'Addresses', 'Compare']) {
          await desk.view(view);
          if (view === 'Verdict') {
            await page.getByRole('button', { name: 'What happens?' }).click();
            await page.getByRole('article', { name: 'Answer' }).waitFor();
          }
          if (view === 'Matrix') {
            await page.getByRole('region', { name: 'Matrix of verdicts' }).waitFor();
          }
          if (view === 'Addresses') {
            await page.getByRole('region', { name: 'Memory', exact: true }).waitFor();
          }
          assert.deepEqual(await violations(page), [], view);
        }
        await desk.close();
      });
    }
  });
}
