/** What stands in another region must not be lost from sight when `region:` is edited: a local state tells of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { localStatePath } from '../../constructs/blueprint/names';
import type { Problem } from '../../constructs/problems';

/** Local states of the environment by their usual names, in any other region, or of the time before regions were in them. */
function otherStates({ environment, region, state }: Blueprint, root: string): string[] {
  const own = localStatePath(environment, region);
  if (state.kind !== 'local' || state.path !== own || !existsSync(root)) return [];
  return readdirSync(root).filter(
    (entry) =>
      entry !== own &&
      entry.startsWith(`terraform.${environment}.`) &&
      /^(?:[a-z]+(?:-[a-z]+)+-\d\.)?tfstate$/.test(entry.slice(`terraform.${environment}.`.length)) &&
      holdsSomething(path.join(root, entry)),
  );
}

/** A state from which all is destroyed stays as a file. */
function holdsSomething(file: string): boolean {
  try {
    const { resources = [] } = JSON.parse(readFileSync(file, 'utf8')) as { resources?: readonly object[] };
    return resources.length > 0;
  } catch {
    return true;
  }
}

/** What is wrong when a local state of another region still speaks of something. */
export function leftInOtherRegions(blueprint: Blueprint, root: string): Problem[] {
  const { environment, region } = blueprint;
  const own = localStatePath(environment, region);
  return otherStates(blueprint, root).map((found) => ({
    code: 'STATE_OTHER_REGION',
    path: ['region'],
    file: path.join(root, found),
    message: `What this state speaks of would be lost from sight: the state of ${environment} in ${region} is ${own}.`,
    fix:
      found === `terraform.${environment}.tfstate`
        ? `If it stands in ${region}: \`mv ${found} ${own}\`. If it stands in another region, write that region into the name.`
        : `Destroy the environment there first, with its old \`region:\`; or give the one in ${region} another name.`,
  }));
}
