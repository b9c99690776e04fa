/** JSON, read strictly. */

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const inside = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
const all = (value: unknown): unknown[] => [value, ...inside(value).flatMap(all)];
const isTooDeep = (value: unknown, levels = 32): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || inside(value).some((one) => isTooDeep(one, levels - 1)));

/**
 * Undefined: it is no JSON, or two programs could take it for different things: a name twice in an object, half a
 * surrogate pair, a number that is infinite, more than 32 lists and objects one in another.
 */
export function readJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const names = all(value).flatMap((one) => (isObject(one) ? Object.keys(one) : []));
    const colons = text.replace(/"(\\.|[^"\\])*"/g, '').split(':').length - 1;
    const isSound = (one: unknown) =>
      typeof one === 'string'
        ? Buffer.from(one).toString() === one
        : typeof one !== 'number' || Number.isFinite(one);
    const sound = names.length === colons && [...names, ...all(value)].every(isSound) && !isTooDeep(value);
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The names that lead to a value: with dots between, as a pointer (RFC 6901), or a URL, which is one name. */
function namesOf(path: string | readonly string[]): readonly string[] {
  if (typeof path !== 'string') return path;
  const steps = path.slice(1).split('/');
  if (path.startsWith('/')) return steps.map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
  return /^https?:/.test(path) ? [path] : path.split('.');
}

/** What a path leads to. */
export const at = (value: unknown, path: string | readonly string[]): unknown =>
  namesOf(path).reduce<unknown>(
    (one, name) => (isObject(one) && Object.hasOwn(one, name) ? one[name] : undefined),
    value,
  );
