/** Writes what of the documents is made of the program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorDocs } from './docs/errors';
import { generatedDocs } from './docs/generated';
import { permissionDocs } from './docs/permissions';

for (const [file, text] of [...generatedDocs(), ...errorDocs(), ...permissionDocs()])
  writeFileSync(join(__dirname, '..', file), text);
