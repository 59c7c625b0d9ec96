// A thousand elements: times are told, never asserted; what must hold is that it stays usable.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpus, loadavg, totalmem } from 'node:os';
import { after, describe, test } from 'node:test';
import { Desk, until, Yard } from './harness';

/** Buses with units and devices; a third of the devices behind a unit, a fifth with a pool. */
export function generate(devices: number): string {
  const buses = Math.ceil(devices / 40);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:topology="http://bufferyard.org/topology/1.0" id="large" name="large">',
    '  <components xsi:type="topology:Memory" id="dram" name="dram" base="0x40000000" size="4G">',
  ];
  for (let p = 0; p < 12; p++) {
    lines.push(
      `    <pools id="dram/pool${p}" name="pool${p}" base="0x${(0x48000000 + p * 0x8000000).toString(16)}" size="${4 + p}M" noMap="true"/>`,
    );
  }
  lines.push('  </components>', '  <components xsi:type="topology:Bus" id="soc" name="soc">');
  for (let b = 0; b < buses; b++) {
    lines.push(`    <components xsi:type="topology:Bus" id="soc/bus${b}" name="bus${b}">`);
    for (let u = 0; u < 2; u++) {
      lines.push(`      <components xsi:type="topology:Iommu" id="soc/bus${b}/mmu${u}" name="mmu${u}" model="arm,smmu-v3"/>`);
    }
    for (let d = b * 40; d < Math.min(devices, (b + 1) * 40); d++) {
      const pool = d % 5 === 0 ? ` memoryRegions="dram/pool${(d / 5) % 12}"` : '';
      const head = `      <components xsi:type="topology:Device" id="soc/bus${b}/dev${d}" name="dev${d}" model="example,dev"${pool}`;
      if (d % 3 === 0) {
        lines.push(`${head}>`, `        <iommus iommu="soc/bus${b}/mmu${d % 2}" specifier="0x${d.toString(16)}"/>`, '      </components>');
      } else {
        lines.push(`${head}/>`);
      }
    }
    lines.push('    </components>');
  }
  lines.push('  </components>', '</topology:Topology>', '');
  return lines.join('\n');
}

export function large(yard: Yard, sizes: readonly number[]): void {
  const measured: string[] = [];
  describe('large', () => {
    after(() => report(measured));
    for (const size of sizes) {
      test(`${size} elements: open, search, edit, collapse`, async () => {
        const devices = Math.round(size / 1.42);
        const name = `large-${size}.topology`;
        writeFileSync(join(yard.workspace, name), generate(devices));
        const took: string[] = [];
        const timed = async (what: string, work: () => Promise<unknown>) => {
          const start = performance.now();
          await work();
          took.push(`${what} ${((performance.now() - start) / 1000).toFixed(2)} s`);
        };
        const desk = await Desk.open(yard);
        const { page } = desk;
        await timed('open', () => desk.choose(name));
        await desk.still();
        assert.ok((await page.locator('.react-flow__node').count()) < 200, 'closed at first');
        await desk.picture(`large-${size}-first`);
        const last = `dev${devices - 1}`;
        await timed('search and reveal', async () => {
          await page.getByRole('combobox', { name: 'Search the board' }).fill(last);
          await page.keyboard.press('Enter');
          await page.locator(`.react-flow__node.selected[data-id$="/${last}"]`).waitFor();
        });
        await desk.still();
        await desk.picture(`large-${size}-revealed`);
        await timed('edit', async () => {
          await desk.setField('dmaMaskBits', '40');
          await until('it is done', async () => /^Undo: ./.test((await desk.undoButton().getAttribute('aria-label')) ?? ''));
        });
        await timed('collapse', async () => {
          await page.getByRole('button', { name: /^Collapse bus\d/ }).first().click();
          await page.locator(`.react-flow__node[data-id$="/${last}"]`).waitFor({ state: 'detached' });
        });
        if (size <= 1000) {
          await timed('expand all', async () => {
            await page.getByRole('button', { name: 'Expand all' }).click();
            await until('it is open', async () => (await page.locator('.canvas .react-flow__minimap-node').count()) > devices);
          });
          await desk.fit();
          await desk.picture(`large-${size}-all`);
        }
        console.log(`${size} elements: ${took.join(', ')}`);
        measured.push(`| ${size} | ${took.join(' · ')} |`);
        await desk.close();
      });
    }
  });
}

/** The state of the sources, as far as git knows. */
function commit(): string {
  try {
    const git = (...line: string[]): string => execFileSync('git', line, { encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/bundles', ':/launch') !== '';
    return git('rev-parse', '--short=10', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

/** Written by the long build only: what the page took, when and on what. */
function report(measured: readonly string[]): void {
  const folder = process.env['LONG_REPORT'];
  if (folder !== undefined && folder !== 'none') {
    const date = new Date().toISOString().slice(0, 10);
    const version = process.env['VERSION'] ?? '0.0.0';
    const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
    writeFileSync(
      join(folder, 'page.md'),
      `# The editor page on large boards\n\n${date}, Bufferyard ${version}, commit ${commit()};\n${machine}, headless Chromium, Node ${process.versions.node};\n` +
        `load average ${loadavg()[0]!.toFixed(1)} when it was written.\n\n` +
        `From the click until the page shows it, with the real yard behind it:\n\n` +
        `| elements | took |\n|---:|---|\n${measured.join('\n')}\n`,
    );
  }
}
