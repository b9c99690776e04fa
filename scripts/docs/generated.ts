/** What of the documents is made of the program. `npm run docs` writes it; a test compares it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withGenerated } from './markdown';
import { resourcesByStage } from './stages';
import { tierTable } from './tiers';

const root = join(__dirname, '../..');

const parts = { 'resources by stage': resourcesByStage, tiers: tierTable };

/** Files below the project's folder that have something generated, and the text that each must have. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return new Map(files.map((file) => [file, withGenerated(readFileSync(join(root, file), 'utf8'), parts)]));
}
