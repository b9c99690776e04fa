/**
 * How a string gets into the configuration. HAProxy's language has no one way of quoting: what is harmless in a
 * map is a command in a log format. So there is one function per place, and a configuration line can be built
 * only of what these functions gave (see `line`): a plain string in a line does not compile.
 */
import { isValidCIDR } from 'ipaddr.js';
import type { Path, Problem } from '../../problems';

declare const checked: unique symbol;

/** Text that may stand in the configuration as it is. */
export type Text = string & { readonly [checked]: true };

interface Place {
  readonly allowed: string;
  readonly takes: (value: string) => boolean;
  readonly put: (value: string) => string;
}

const matching = (pattern: RegExp) => (value: string) => pattern.test(value);
const asItIs = (value: string) => value;

/** Inside double quotes; a dollar sign would begin an environment variable. */
const escapeQuoted = (value: string) => value.replace(/[\\"$]/g, '\\$&');
const escapeRegex = (value: string) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A load balancer's wildcards (`*` any characters, `?` one) as a regular expression of the whole value. */
const wildcardRegex = (value: string) =>
  `^${value
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : escapeRegex(part)))
    .join('')}$`;

const hostPattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** `{name}` as one segment and `{name+}` as all that follow; with or without a slash at the end. */
const templateRegex = (path: string) =>
  path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? (part.endsWith('+}') ? '.+' : '[^/]+') : escapeRegex(part)))
    .join('');

const places = {
  /** Name of a proxy, server, table or peer; also a map's value. */
  name: {
    allowed: 'lower-case letters, digits and hyphens, up to 63, the first a letter',
    takes: matching(/^[a-z][a-z0-9-]{0,62}$/),
    put: asItIs,
  },
  host: { allowed: 'a host name in lower case, without a port', takes: matching(hostPattern), put: asItIs },
  path: {
    allowed: 'a path of letters, digits and . _ ~ -, without an empty or dot segment, up to 256',
    takes: (value) => /^\/[A-Za-z0-9._~/-]{0,255}$/.test(value) && !/\/\/|\/\.{1,2}(\/|$)/.test(value),
    put: asItIs,
  },
  /** A route's path after `-m reg`. */
  pathTemplate: {
    allowed: 'a path such as /orders/{id} or /orders/{rest+}, up to 200',
    takes: (value) =>
      value.length <= 200 &&
      /^(\/([A-Za-z0-9._~-]+|\{\w{1,40}\}))*(\/\{\w{1,40}\+\})?$/.test(value) &&
      !/\/\.{1,2}(\/|$)/.test(value),
    put: (value) => `"${escapeQuoted(`^${templateRegex(value)}/?$`)}"`,
  },
  headerName: {
    allowed: 'letters, digits and hyphens, up to 40',
    takes: matching(/^[A-Za-z0-9-]{1,40}$/),
    put: asItIs,
  },
  /** A pattern after `-m str`: compared with a header's whole value. */
  headerValue: {
    allowed: 'characters that can be printed, up to 128 bytes',
    takes: isHeaderValue,
    put: (value) => `"${escapeQuoted(value)}"`,
  },
  /** A pattern after `-m reg`. */
  headerWildcard: {
    allowed: 'characters that can be printed, up to 128 bytes',
    takes: isHeaderValue,
    put: (value) => `"${escapeQuoted(wildcardRegex(value))}"`,
  },
  queryName: {
    allowed: 'letters, digits and _ . -, up to 40',
    takes: matching(/^[A-Za-z0-9_.-]{1,40}$/),
    put: asItIs,
  },
  /** The same inside a regular expression in double quotes. */
  queryNameRegex: {
    allowed: 'letters, digits and _ . -, up to 40',
    takes: matching(/^[A-Za-z0-9_.-]{1,40}$/),
    put: (value) => escapeQuoted(escapeRegex(value)),
  },
  cidr: {
    allowed: 'an address block such as 10.0.0.0/16',
    takes: (value) => isValidCIDR(value),
    put: asItIs,
  },
  status: {
    allowed: 'a status or a range of statuses, such as 200 or 200-299',
    takes: matching(/^[1-5]\d\d(-[1-5]\d\d)?$/),
    put: asItIs,
  },
} satisfies Record<string, Place>;

export type PlaceName = keyof typeof places;

function isHeaderValue(value: string): boolean {
  const bytes = Buffer.byteLength(value);
  return bytes > 0 && bytes <= 128 && !/\p{C}/u.test(value);
}

/** The problem with a string at a place, or none. What is safe there passes, and nothing else. */
export function textProblem(place: PlaceName, value: string, path: Path): Problem[] {
  const { takes, allowed } = places[place];
  if (takes(value)) return [];
  const given = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return [
    {
      code: 'GATEWAY_TEXT',
      path,
      message: 'The gateway cannot carry this text.',
      given,
      allowed,
      fix: 'Write it with the allowed characters only.',
    },
  ];
}

/** The string as it has to be written at a place. */
export function put(place: PlaceName, value: string): Text {
  const { takes, put: write } = places[place];
  if (!takes(value)) throw new Error(`Unchecked text reached the place "${place}"`);
  return write(value) as Text;
}

/** A line, or a part of one, of the configuration. Backslashes stay as they are written. */
export function line(strings: TemplateStringsArray, ...parts: readonly (Text | number)[]): Text {
  return String.raw(strings, ...parts.map(wholeNumber)) as Text;
}

export const join = (texts: readonly Text[], between: Text): Text => texts.join(between) as Text;

/** A file of `key value` lines, for a map. */
export const mapFile = (lines: readonly Text[]): string => lines.map((text) => `${text}\n`).join('');

function wholeNumber(part: Text | number): string {
  if (typeof part === 'number' && !Number.isSafeInteger(part)) throw new Error(`Not a whole number: ${part}`);
  return String(part);
}
