/** `npm run api`: writes what people import from each entry beside it, for a reviewer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build';
import { project } from './compiler';

const dist = mkdtempSync(join(tmpdir(), 'stagecraft-api-'));
try {
  for (const [name, text] of Object.entries(build(dist))) {
    writeFileSync(join(project, 'constructs/public', `${name}.api.md`), text);
  }
} finally {
  rmSync(dist, { recursive: true, force: true });
}
