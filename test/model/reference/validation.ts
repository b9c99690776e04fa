/** What a request must look like. */
import Ajv2020 from 'ajv/dist/2020';
import type { GatewayRoute, Policies } from '../../../constructs/gateway';
import { type Asked, pathOf, queryOf, type Refusal, valuesOf } from './types';

type Validation = NonNullable<Policies['validation']>;
type Check = NonNullable<Validation['requiredHeaders']>[string];
type Query = NonNullable<Validation['query']>;

const withHead = (methods: readonly string[]) => (methods.includes('GET') ? [...methods, 'HEAD'] : methods);

export function invalid(
  validation: Validation,
  asked: Asked,
  route: GatewayRoute | undefined,
): Refusal | undefined {
  const {
    methods,
    maxBodyBytes,
    contentTypes,
    requiredHeaders = {},
    pathParameters = {},
    query,
  } = validation;
  const bytes = Buffer.byteLength(asked.body ?? '');
  const reads = validation.body !== undefined;
  const types = contentTypes ?? (reads ? ['application/json'] : undefined);
  if (methods && !withHead(methods).includes(asked.method)) return [405, 'method-not-allowed'];
  if (maxBodyBytes !== undefined && bytes > maxBodyBytes) return [413, 'body-size'];
  if (types && bytes > 0 && !isOfType(types, valuesOf(asked, 'content-type'))) return [415, 'content-type'];
  for (const [name, check] of Object.entries(requiredHeaders)) {
    const [value, ...more] = valuesOf(asked, name);
    if (value === undefined || more.length > 0 || !isValid(check, value)) return [400, 'header'];
  }
  for (const [name, check] of Object.entries(pathParameters)) {
    const value = parameterOf(name, route?.paths ?? [], pathOf(asked));
    if (value !== undefined && !isValid(check, value)) return [400, 'path-parameter'];
  }
  const fault = query && invalidQuery(query, queryOf(asked));
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(asked.method) || bytes > 0;
  return (
    fault ?? (validation.body && hasBody ? invalidBody(validation.body.schema, asked.body ?? '') : undefined)
  );
}

const ajv = new Ajv2020({ strict: false });

function invalidBody(schema: object, body: string): Refusal | undefined {
  try {
    return ajv.validate(schema, JSON.parse(body)) ? undefined : [400, 'json-schema'];
  } catch {
    return [400, 'json'];
  }
}

const isOfType = (types: readonly string[], sent: readonly string[]): boolean =>
  sent.length === 1 && types.includes((sent[0] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '');

function parameterOf(name: string, templates: readonly string[], path: string): string | undefined {
  for (const template of templates) {
    const at = template.split('/').indexOf(`{${name}}`);
    const segment = path.split('/')[at];
    if (at > 0 && segment !== undefined) return decodeURIComponent(segment);
  }
  return undefined;
}

/** A value is compared as a whole, in characters; more than 1024 bytes or a control character is none. */
function isValid({ pattern, enum: values, integer }: Check, value: string): boolean {
  if (pattern === undefined && !values && !integer) return true;
  if (Buffer.byteLength(value) > 1024 || /\p{Cc}/u.test(value)) return false;
  if (integer) {
    const number = Number(value);
    if (!/^(0|-?[1-9]\d{0,14})$/.test(value) || number < integer.minimum || number > integer.maximum)
      return false;
  }
  if (values && !values.includes(value)) return false;
  return pattern === undefined || new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, '')})$`, 'us').test(value);
}

/** As an HTML form writes it. Undefined: not UTF-8, or no value at all. */
function formValue(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function invalidQuery({ parameters, additional }: Query, query: string | undefined): Refusal | undefined {
  if (query === undefined) return required(parameters, []) ? undefined : [400, 'query-parameter'];
  if (query.includes(';')) return [400, 'query'];
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string | undefined] => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, undefined] : [pair.slice(0, at), pair.slice(at + 1)];
    });
  if (additional === 'allow' && pairs.some(([name]) => readsInTwoWays(name))) return [400, 'query'];
  const names = pairs.map(([name]) => name);
  const same = (one: string, other: string) =>
    additional === 'allow'
      ? one.toLowerCase().replace(/(\[|%5b).*$/, '') === other.toLowerCase()
      : one === other;
  if (additional === 'refuse' && names.some((name) => !Object.hasOwn(parameters, name)))
    return [400, 'query-parameter'];
  for (const [name, { required: _, ...check }] of Object.entries(parameters)) {
    const sent = pairs.filter(([one]) => same(one, name));
    if (sent.length > 1 || sent.some(([one]) => one !== name)) return [400, 'query-parameter'];
    const [pair] = sent;
    const checked = Object.values(check).some((one) => one !== undefined);
    const value = formValue(pair?.[1]);
    if (pair && checked && (value === undefined || !isValid(check, value))) return [400, 'query-parameter'];
  }
  return required(parameters, names) ? undefined : [400, 'query-parameter'];
}

const required = (parameters: Query['parameters'], names: readonly string[]): boolean =>
  Object.entries(parameters).every(([name, one]) => !one.required || names.includes(name));

/** What needs no encoding is encoded, a control character, or a blank at the beginning. */
const readsInTwoWays = (name: string): boolean =>
  /^(\+|%20)/.test(name) ||
  [...name.matchAll(/%([0-9a-f]{2})/gi)].some(([, digits = '']) =>
    /[\w.~\p{Cc}-]/u.test(String.fromCharCode(Number.parseInt(digits, 16))),
  );
