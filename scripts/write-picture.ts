/** `npm run picture`: draws into CONTRIBUTING.md which part of the project imports which. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withPicture } from './picture';

const file = path.resolve(__dirname, '../CONTRIBUTING.md');
writeFileSync(file, withPicture(readFileSync(file, 'utf8')));
