/** The changes that `npm run test:mutations` makes: each still fits its file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mutated, mutations, project, wanted } from '../mutations/mutations';

test.each(mutations)('$file: $why', (one) => {
  expect(mutated(one)).toContain(one.to);
});

test('no two are the same', () => {
  const all = mutations.map(({ file, from, to }) => JSON.stringify({ file, from, to }));
  expect(new Set(all).size).toBe(all.length);
  expect(new Set(mutations.map(({ why }) => why)).size).toBe(all.length);
});

describe('a change that somebody may want', () => {
  test.each(wanted)('$why still fits $file, which is no engine', (one) => {
    expect(mutated(one)).toContain(one.to);
    expect(one.file).toMatch(/^constructs\/(blueprint|graph)\//);
  });

  test('is in CONTRIBUTING with its file', () => {
    const document = readFileSync(path.join(project, 'CONTRIBUTING.md'), 'utf8');
    const rows = [...document.matchAll(/^\| (an? [^|`]*?|another [^|`]*?) +\| `([^`]+)` /gm)];
    expect(rows.map(([, change, file]) => ({ change, file }))).toEqual(
      wanted.map(({ why, file }) => ({ change: why, file })),
    );
  });
});
