// A reporter of node --test: lines for people, and JUnit XML where REPORT says.
import { writeFileSync } from 'node:fs';

const escape = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
    .replace(/[^\x09\x0a\x0d\x20-\ufffd]/g, '');

export default async function* report(source) {
  const name = process.env.SUITE ?? 'page';
  const cases = [];
  const groups = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      groups.length = data.nesting;
      groups[data.nesting] = data.name;
    }
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message;
    }
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') {
      continue;
    }
    const seconds = (data.details.duration_ms / 1000).toFixed(3);
    const error = type === 'test:fail' ? (data.details.error?.cause ?? data.details.error) : undefined;
    const skipped = data.skip === undefined || data.skip === false ? undefined : String(data.skip);
    cases.push({ group: groups.slice(0, data.nesting).join(' ') || name, test: data.name, seconds, error, skipped });
    if (error !== undefined) {
      yield `FAILED ${data.name}\n${error.stack ?? error}\n`;
    } else if (skipped !== undefined) {
      yield `SKIPPED ${data.name}: ${skipped}\n`;
    } else if (process.env.REPORT_ALL) {
      yield `ok ${data.name} (${seconds} s)\n`;
    }
  }
  const failures = cases.filter((c) => c.error !== undefined).length;
  const skips = cases.filter((c) => c.skipped !== undefined).length;
  const body = cases.map(({ group, test, seconds, error, skipped }) => {
    const inner =
      error !== undefined
        ? `<failure message="${escape(error.message ?? error)}">${escape(error.stack ?? error)}</failure>`
        : skipped !== undefined
          ? `<skipped message="${escape(skipped)}"/>`
          : '';
    return `  <testcase classname="${escape(name)}.${escape(group)}" name="${escape(test)}" time="${seconds}">${inner}</testcase>`;
  });
  if (process.env.REPORT) {
    writeFileSync(
      process.env.REPORT,
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${escape(name)}" tests="${cases.length}" ` +
        `failures="${failures}" errors="0" skipped="${skips}">\n${body.join('\n')}\n</testsuite>\n`,
    );
  }
  yield `${name}: ${cases.length - failures - skips} passed, ${failures} failed, ${skips} skipped\n`;
}
