/** What an environment goes without at its stage, as the command line says it. */
import pc from 'picocolors';
import { promiseText, unenforced } from '../constructs/blueprint/promises';
import type { Environment } from '../constructs/blueprint/schema';

/** By API: `['rateLimit', 'authorization (route report)']`. Empty at stage `gateway`. */
export const unenforcedTexts = (environment: Environment): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(unenforced(environment)).map(([api, promised]) => [api, promised.map(promiseText)]),
  );

/** A line for each API that goes without something. */
export const unenforcedLines = (environment: Environment): string[] =>
  Object.entries(unenforcedTexts(environment)).map(
    ([api, texts]) =>
      `${pc.yellow('Not enforced')} at stage ${environment.stage}, for ${pc.bold(api)}: ${texts.join(', ')}`,
  );
