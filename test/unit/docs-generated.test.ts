/** What of the documents is made of the program is current. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generatedDocs } from '../../scripts/docs/generated';
import { withGenerated } from '../../scripts/docs/markdown';

const root = join(__dirname, '../..');

test.each([...generatedDocs()])('%s is current: `npm run docs` writes it', (file, text) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});

test('a part that nobody makes is told', () => {
  expect(() => withGenerated('<!-- generated: nothing -->\n<!-- end -->', {})).toThrow(
    'No part of the documents is called "nothing".',
  );
});
