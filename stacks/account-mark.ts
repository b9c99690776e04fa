/**
 * Which account a state speaks of. A sandbox whose daemon is lost takes its account with it, and the next one is empty:
 * planned against it, each resource of the old state is looked for first, which takes minutes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { UserError } from './user-error';

/** A state of another account than the one that runs. */
export interface Aside {
  /** Where its file is kept; undefined when its state was in the account itself. */
  readonly keptAs?: string;
}

/** Of a state: the instance of the sandbox's AWS that it speaks of. */
const markOf = (state: string): string => `${state}.account`;

const read = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;

/**
 * Says that what is deployed from now on is in this instance.
 *
 * @param state file of the state, or a name in its place when the state is in the account itself
 * @returns what to tell when what was deployed before was in another one
 */
export function markAccount(state: string, instance: string): Aside | undefined {
  const other = otherAccount(state, instance);
  writeMark(state, instance);
  return other === undefined ? undefined : {};
}

/**
 * Makes sure that a local state speaks of this instance's account: one of an account that is gone is moved aside.
 *
 * @param sandbox the sandbox's folder
 * @throws UserError when the state is damaged, or is not the sandbox's: a deploy to it would overwrite what it knows of another account
 */
export function ownLocalState(state: string, instance: string, sandbox: string): Aside | undefined {
  if (read(markOf(state)) === undefined && holdsSomething(state) && !isBelow(sandbox, state)) {
    throw new UserError(
      `${state} speaks of another account than the sandbox's, and a deploy would overwrite it. ` +
        'Give the environment a state of its own for the sandbox: state: { kind: local, path: .stagecraft/sandbox/… }',
    );
  }
  const other = otherAccount(state, instance);
  if (other === undefined) refuseDamaged(state);
  const aside = other === undefined ? undefined : moveAside(state, other);
  // Last: whoever is stopped before it does the same again.
  writeMark(state, instance);
  return aside;
}

/** An empty file is no state yet, and a folder an engine's own. */
function refuseDamaged(state: string): void {
  if (!existsSync(state) || !statSync(state).isFile()) return;
  const text = read(state);
  if (!text || isJson(text)) return;
  const backup = existsSync(`${state}.backup`)
    ? `The state before the last deploy is beside it: mv ${state}.backup ${state}. Or begin`
    : 'Begin';
  throw new UserError(`The state ${state} is damaged: it is no JSON. ${backup} anew: npx stagecraft down`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function moveAside(state: string, other: string): Aside {
  const keptAs = `${state}.of-${other.slice(0, 8)}`;
  if (existsSync(state)) renameSync(state, keptAs);
  if (existsSync(`${state}.backup`)) renameSync(`${state}.backup`, `${keptAs}.backup`);
  return existsSync(keptAs) ? { keptAs } : {};
}

/** The instance that was marked before, when it is not this one. */
function otherAccount(state: string, instance: string): string | undefined {
  const before = read(markOf(state));
  return before === instance ? undefined : before;
}

const writeMark = (state: string, instance: string): void => {
  mkdirSync(dirname(state), { recursive: true, mode: 0o700 });
  writeFileSync(markOf(state), `${instance}\n`, { mode: 0o600 });
};

/** One sentence. */
export const asideText = ({ keptAs }: Aside): string =>
  "the account that was deployed to is gone with its sandbox's daemon, and this one is empty" +
  (keptAs === undefined ? '' : `; its state is kept as ${relative(process.cwd(), keptAs)}`);

const isBelow = (folder: string, file: string): boolean => file.startsWith(folder + sep);

/** A state from which all is destroyed stays as a file. */
function holdsSomething(state: string): boolean {
  const text = read(state);
  if (!text) return false;
  try {
    const { resources = [] } = JSON.parse(text) as { resources?: readonly object[] };
    return resources.length > 0;
  } catch {
    return true;
  }
}
