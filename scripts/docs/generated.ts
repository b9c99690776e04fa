/** What of the documents is made of the program. `npm run docs` writes it; a test compares it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorIndex } from './errors';
import { withGenerated } from './markdown';
import { reference } from './reference';
import { resourcesByStage } from './stages';
import { tierTable } from './tiers';

const root = join(__dirname, '../..');

/** Parts of documents that are written by hand otherwise. */
const parts = {
  'errors by code': errorIndex,
  'resources by stage': resourcesByStage,
  tiers: tierTable,
};

/** Documents that are made as a whole. */
const whole: Readonly<Record<string, () => string>> = { 'docs/reference.md': () => `${reference()}\n` };

/** Documents that have something generated, by their path in the project, and the text that each must have. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const made = files
    .filter((file) => !Object.hasOwn(whole, file))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const current = withGenerated(text, parts);
      return text.includes('<!-- generated: ') ? [[file, current] as const] : [];
    });
  return new Map([...made, ...Object.entries(whole).map(([file, make]) => [file, make()] as const)]);
}
