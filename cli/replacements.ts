/** Stops a deploy that would make anew what serves, before it has changed anything. */
import { type Kept, type KeptKind, kept } from '../constructs/blueprint/lifetimes';
import type { Replacement } from '../stacks/engine';
import { UserError } from '../stacks/user-error';

/** A deploy would make anew what serves. Nothing has been changed. */
export class WouldReplace extends UserError {
  override readonly name = 'WouldReplace';
}

/**
 * @param kinds the types that are made once, as the engine calls them
 * @param allow the operator has seen it, and goes on
 * @throws WouldReplace that names each resource, why AWS makes it anew, what that costs and what to do instead
 */
export function refuseReplacements(
  replacements: readonly Replacement[],
  kinds: Readonly<Record<string, KeptKind>>,
  allow: boolean,
): void {
  if (allow) return;
  const serving = replacements.flatMap((one) => {
    const kind = kinds[one.type];
    return kind === undefined ? [] : [{ ...one, kept: kept[kind] }];
  });
  if (serving.length === 0) return;
  throw new WouldReplace(
    [
      'This deploy would make anew what serves now. Nothing has been changed.',
      '',
      ...serving.map(line),
      '',
      ...instead(serving.map((one) => one.kept)),
      'To do it all the same, and have what is said above: --allow-replace',
    ].join('\n'),
  );
}

function line({ address, because, kept: { what, loses } }: Replacement & { readonly kept: Kept }): string {
  const why = because.length > 0 ? `, for AWS cannot change ${because.join(', ')} of it` : '';
  return `  ${address}: ${what}${why}. ${loses[0]?.toUpperCase()}${loses.slice(1)}.`;
}

const instead = (kinds: readonly Kept[]): string[] =>
  [...new Set(kinds.map((one) => one.instead))].map((way) => `Instead: ${way}.`);
