import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(`${process.cwd()}/`).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core objects to, a line each. It runs as the page's own script would: the policy stays. */
export async function violations(page: Page): Promise<string[]> {
  return page.evaluate(`(async () => {
    if (window.axe === undefined) { ${source} }
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html.slice(0, 160)));
  })()`);
}
