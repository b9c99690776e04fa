/** Writes environments/environment.schema.json, which editors complete the environment files from. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentJsonSchema } from '../constructs/blueprint/json-schema';

const root = join(__dirname, '..');
const file = join(root, 'environments/environment.schema.json');
const biome = require.resolve('@biomejs/biome/bin/biome');

writeFileSync(file, `${JSON.stringify(environmentJsonSchema(), null, 2)}\n`);
execFileSync(process.execPath, [biome, 'format', '--write', file], { cwd: root, stdio: 'inherit' });
