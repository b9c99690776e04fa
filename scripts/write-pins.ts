/** `npx tsx scripts/write-pins.ts`: keeps the addresses and logical ids that the engines give now as those that must stay. */
import { writeFileSync } from 'node:fs';
import { fileOf, pinsNow, pinsText } from '../test/synth/engines/pins';

for (const [environment, pins] of Object.entries(pinsNow()))
  writeFileSync(fileOf(environment), pinsText(pins));
