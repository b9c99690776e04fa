/**
 * How a string gets into the configuration. HAProxy's language has no one way of quoting: what is harmless in a
 * map is a command in a log format. So there is one function per place, and a configuration line can be built
 * only of what these functions gave (see `line`): a plain string in a line does not compile.
 */
import { isValidCIDR } from 'ipaddr.js';
import type { Path, Problem } from '../../../problems';
import { templatePattern } from '../../path-template';
import { patternProblem, patternText, readPattern, substitute } from '../../pattern';

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

/**
 * A load balancer's wildcards (`*` any characters, `?` one) as a regular expression of the whole value. What stands
 * between two `*` is taken where it comes first, and never looked for again: no later place could help what follows. So
 * the time grows with the value's length, and not with a power of it. What stands last is compared where the value ends.
 */
function wildcardRegex(value: string): string {
  const piece = (text: string) => text.split('?').map(escapeRegex).join('.');
  const [first = '', ...others] = value.split('*').map(piece);
  const last = others.pop();
  if (last === undefined) return `^${first}$`;
  const between = others.filter((text) => text !== '').map((text) => `(?>.*?${text})`);
  // HAProxy compares bytes, and a last piece must not begin before the ones in front of it end.
  const bytes = Buffer.byteLength(value.slice(value.lastIndexOf('*') + 1));
  const end = last === '' ? '' : `(?=.{${bytes}}).*+(?<=${last})$`;
  return `^${first}${between.join('')}${end}`;
}

/** One character of a name in a query, in either case and in both ways to write it. */
function writtenRegex(character: string): string {
  const codes = [character.toLowerCase(), character.toUpperCase()].map((one) =>
    one.charCodeAt(0).toString(16),
  );
  return `([${character}]|${[...new Set(codes)].map((code) => `%${code}`).join('|')})`;
}

const hostPattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

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
    put: (value) => `"${escapeQuoted(templatePattern(value))}"`,
  },
  headerName: {
    allowed: 'letters, digits and hyphens, up to 40',
    takes: matching(/^[A-Za-z0-9-]{1,40}$/),
    put: asItIs,
  },
  /** A pattern after `-m str`: compared with a header's whole value. */
  headerValue: {
    allowed: 'characters that can be printed, up to 128 bytes, and not } alone',
    takes: (value) => isHeaderValue(value) && !endsCondition(value),
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
  /** A regular expression of the environment file, written anew and for the whole value, after `-m reg`. */
  pattern: {
    allowed: 'a regular expression as `validation` takes it, up to 200',
    takes: (value) => patternProblem(value) === undefined,
    put: (value) =>
      `"${escapeQuoted(`^(${patternText(readPattern(value))})$`).replaceAll(substitute, '\\x1a')}"`,
  },
  /** Printable text inside a regular expression in double quotes. */
  literalRegex: {
    allowed: 'printable ASCII characters, up to 128',
    takes: matching(/^[ -~]{1,128}$/),
    put: (value) => escapeQuoted(escapeRegex(value)),
  },
  /** A media type inside a regular expression in double quotes. */
  mediaTypeRegex: {
    allowed: 'a media type in lower case without parameters, up to 80',
    takes: isMediaType,
    put: (value) => escapeQuoted(escapeRegex(value)),
  },
  mediaType: {
    allowed: 'a media type in lower case without parameters, up to 80',
    takes: isMediaType,
    put: asItIs,
  },
  cidr: {
    allowed: 'an address block such as 10.0.0.0/16',
    takes: (value) => isValidCIDR(value),
    put: asItIs,
  },
  /** The same, however a query may be written that means it: in either case, percent-encoded. In double quotes. */
  queryNameWritten: {
    allowed: 'letters, digits and _ . -, up to 40',
    takes: matching(/^[A-Za-z0-9_.-]{1,40}$/),
    put: (value) => [...value].map(writtenRegex).join(''),
  },
  /** A parameter's value in a log format in double quotes. */
  queryValue: {
    allowed: 'characters that can be printed, up to 256',
    takes: matching(/^\P{C}{1,256}$/u),
    put: (value) => encodeURIComponent(value).replaceAll('%', '%%'),
  },
  /** What stands as it is in a log format in double quotes. */
  format: {
    allowed: 'printable ASCII characters, up to 1024',
    takes: matching(/^[ -~]{1,1024}$/),
    put: (value) => escapeQuoted(value).replaceAll('%', '%%'),
  },
  /** A pattern after `-m str`. */
  origin: {
    allowed: 'an origin such as https://app.example.com',
    takes: matching(/^(?=.{1,300}$)(null|[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?)$/),
    put: asItIs,
  },
  contentType: {
    allowed: 'a media type such as application/json',
    takes: matching(/^[a-z]{1,20}\/[a-z0-9][a-z0-9.+-]{0,60}$/),
    put: asItIs,
  },
  /** A pattern after `-m str`. */
  url: {
    allowed: 'an https URL without query, up to 200',
    takes: matching(/^(?=.{1,200}$)https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~:%/-]*)?$/),
    put: (value) => `"${escapeQuoted(value)}"`,
  },
  /** A scope in a log format in double quotes. */
  scopeInHeader: {
    allowed: 'a scope of printable ASCII characters without space, quote and backslash, up to 200',
    takes: isScope,
    put: (value) => escapeQuoted(value).replace(/%/g, '%%'),
  },
  /** A pattern after `-m str`. */
  consumer: {
    allowed: 'the name of a consumer, or jwt: and up to 60 letters, digits and . _ : @ | -, or # and digits',
    takes: matching(/^(jwt:[a-z0-9-]{0,9}:([A-Za-z0-9._:@|-]{1,60}|#\d{1,15})|[a-z][a-z0-9-]{0,62})$/),
    put: (value) => `"${value}"`,
  },
  status: {
    allowed: 'a status or a range of statuses, such as 200 or 200-299',
    takes: matching(/^[1-5]\d\d(-[1-5]\d\d)?$/),
    put: asItIs,
  },
} satisfies Record<string, Place>;

export type PlaceName = keyof typeof places;

function isMediaType(value: string): boolean {
  return value.length <= 80 && /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/.test(value);
}

function isScope(value: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(value);
}

/** HAProxy takes this word for the end of a condition, whatever quotes it stands in. */
const endsCondition = (value: string) => value === '}';

function isHeaderValue(value: string): boolean {
  const bytes = Buffer.byteLength(value);
  return bytes > 0 && bytes <= 128 && !/\p{C}/u.test(value);
}

/** The problem with a string at a place, or none. What is safe there passes, and nothing else. */
export function textProblem<const At extends Path>(
  place: PlaceName,
  value: string,
  path: At,
): (Problem & { readonly path: At })[] {
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
