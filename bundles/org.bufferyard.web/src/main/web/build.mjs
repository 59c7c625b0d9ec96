// Bundles the page, or its tests:  node build.mjs page|tests|browser OUT
import { build } from 'esbuild';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const [what, out] = process.argv.slice(2);
if (!['page', 'tests', 'browser'].includes(what) || !out) {
  console.error('usage: node build.mjs page|tests|browser OUT');
  process.exit(2);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

if (what === 'page') {
  await build({
    entryPoints: { page: 'src/main.tsx' },
    bundle: true,
    minify: true,
    target: 'es2022',
    format: 'esm',
    jsx: 'automatic',
    outdir: out,
    // The licences of what is bundled stand beside it.
    legalComments: 'linked',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  await cp('index.html', join(out, 'index.html'));
  await cp('icon.svg', join(out, 'icon.svg'));
} else {
  const entries =
    what === 'browser'
      ? ['browser/main.ts']
      : (await readdir('test')).filter((file) => file.endsWith('.test.ts')).map((file) => join('test', file));
  await build({
    entryPoints: entries,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    jsx: 'automatic',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
