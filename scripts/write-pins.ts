/** `npx tsx scripts/write-pins.ts`: keeps the addresses, logical ids and URNs that the engines give now as those that must stay. */
import { writeFileSync } from 'node:fs';
import { fileOf, pinsNow, pinsText } from '../test/synth/engines/pins';

pinsNow().then((all) => {
  for (const [environment, pins] of Object.entries(all)) writeFileSync(fileOf(environment), pinsText(pins));
});
