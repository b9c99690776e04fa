/** Writes what of the documents is made of the program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDocs } from './docs/generated';

for (const [file, text] of generatedDocs()) writeFileSync(join(__dirname, '..', file), text);
