/** How a value of the file is shown in an error: short, on one line, and never when it may be a secret. */
import type { Path } from '../../problems';
import { isMapping } from './shape';

const LONGEST = 60;

/** Values of variables may be secrets, wherever in an API they stand by mistake. */
const mayBeSecret = (path: Path): boolean =>
  path.some((step) => typeof step === 'string' && /^(environment|env|secrets?)$/i.test(step));

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** One line of text, quoted: control characters are written out, credentials in an address are left out. */
export const quoted = (text: string): string =>
  JSON.stringify(short(text.replace(/\/\/[^/@\s]+@/g, '//…@'))).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What kind of value it is, in the file's words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'a number' : 'true or false';
}

/**
 * @param wanted false when a text cannot be right here at all: then it may be anything, a key too, and is not shown.
 */
export function show(value: unknown, path: Path, wanted = true): string | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'object') return kindOf(value);
  if (mayBeSecret(path)) return `${kindOf(value)} (not shown)`;
  if (typeof value !== 'string') return short(String(value));
  return wanted || /^[-+.\d]{1,20}$/.test(value) ? quoted(value) : 'text (not shown)';
}
