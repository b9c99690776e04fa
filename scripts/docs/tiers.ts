/** The tiers of `npm test`. */
import { tiers } from '../test';
import { markdownTable } from './markdown';

export const tierTable = (): string =>
  markdownTable(
    ['tier', 'green means', 'run it alone'],
    tiers.map(({ name, shows }) => [`\`${name}\``, shows, `\`npm test -- ${name}\``]),
  );
