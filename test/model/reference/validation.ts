/** What a request must look like. */
import { isIPv4, isIPv6 } from 'node:net';
import Ajv2020 from 'ajv/dist/2020';
import type { GatewayRoute, Policies } from '../../../constructs/gateway';
import { formValue, need, parametersIn, type Request } from '../reading/http';
import { at, readJson } from '../reading/json';
import { takes, valuesIn } from './places';

type Validation = NonNullable<Policies['validation']>;
type Check = NonNullable<Validation['requiredHeaders']>[string];

/** @throws Refused for the first of what is wrong */
export function validate(validation: Validation, request: Request, route: GatewayRoute | undefined): void {
  const { maxBodyBytes, body, requiredJsonFields, requiredHeaders = {}, pathParameters = {} } = validation;
  const sent = (name: string) => request.all(name);
  const reads = body !== undefined || requiredJsonFields !== undefined;
  const most = maxBodyBytes ?? (reads ? 12_288 : Number.POSITIVE_INFINITY);
  const types = validation.contentTypes ?? (reads ? ['application/json'] : undefined);
  const needsLength = validation.requireLength ?? (maxBodyBytes !== undefined && !reads);
  need(takes(validation.methods, request.method), 405, 'method-not-allowed');
  need(!needsLength || !request.isChunked, 411, 'length');
  need(Number(sent('content-length')[0] ?? 0) <= most, 413, 'body-size');
  const [type = '', ...more] = sent('content-type').map((value) => value.split(';')[0]?.trim().toLowerCase());
  need(!types || !request.hasBody || (types.includes(type) && more.length === 0), 415, 'content-type');
  for (const [name, check] of Object.entries(requiredHeaders))
    need(sent(name).length === 1 && isValid(check, sent(name)[0]), 400, 'header');
  const values = route?.paths.map((template) => valuesIn(template, request.path)).find(Boolean) ?? {};
  for (const [name, check] of Object.entries(pathParameters))
    need(isValid(check, decodeURIComponent(values[name] ?? '')), 400, 'path-parameter');
  if (validation.query) validateQuery(validation.query, request.query);
  if (!reads || !(['POST', 'PUT', 'PATCH'].includes(request.method) || request.hasBody)) return;
  need(sent('content-encoding').length === 0, 415, 'content-encoding');
  const bytes = Buffer.from(request.body);
  need(bytes.length <= most, 413, 'body-size');
  const value = readJson(bytes);
  need(value !== undefined, 400, 'json');
  const fields = requiredJsonFields?.map((field) => at(value, field)) ?? [];
  need(fields.every(isField), 400, 'json-field');
  need(!body || ajv.validate(body.schema, value), 400, 'json-schema');
}

/** A string, a number, true, false or a list. */
const isField = (value: unknown): boolean =>
  Array.isArray(value) || ['string', 'number', 'boolean'].includes(typeof value);

const isDate = (text: string) => {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ajv = new Ajv2020({ strict: false, formats: { uuid, ipv4: isIPv4, ipv6: isIPv6, date: isDate } });

/** A value is compared as a whole, in characters; more than 1024 bytes or a control character is none. */
function isValid({ pattern, enum: values, integer }: Check, value: string | undefined): boolean {
  if (pattern === undefined && !values && !integer) return true;
  if (value === undefined || Buffer.byteLength(value) > 1024 || /\p{Cc}/u.test(value)) return false;
  const { minimum = 0, maximum = 0 } = integer ?? {};
  const isInteger = /^(0|-?[1-9]\d{0,14})$/.test(value) && +value >= minimum && +value <= maximum;
  const whole = new RegExp(`^(?:${(pattern ?? '.*').replace(/^\^|\$$/g, '')})$`, 'us');
  return (!integer || isInteger) && (values?.includes(value) ?? true) && whole.test(value);
}

/** What needs no encoding is encoded, a control character, or a blank at the beginning. */
const readsInTwoWays = (name: string): boolean =>
  /^(\+|%20)/.test(name) ||
  /[\w.~\p{Cc}-]/u.test((name.match(/%[0-7][0-9a-f]/gi) ?? []).map(decodeURIComponent).join(''));

function validateQuery({ parameters, additional }: NonNullable<Validation['query']>, query?: string) {
  const sent = parametersIn(query);
  const isAllowed = additional === 'allow';
  need(!query?.includes(';') && !(isAllowed && sent.some(({ name }) => readsInTwoWays(name))), 400, 'query');
  need(isAllowed || sent.every(({ name }) => Object.hasOwn(parameters, name)), 400, 'query-parameter');
  const known = (name: string) => (isAllowed ? name.toLowerCase().replace(/(\[|%5b).*$/, '') : name);
  for (const [name, { required, ...check }] of Object.entries(parameters)) {
    const [one, ...more] = sent.filter((other) => known(other.name) === known(name));
    need(more.length === 0 && (one ? one.name === name : !required), 400, 'query-parameter');
    need(!one || isValid(check, formValue(one.value)), 400, 'query-parameter');
  }
}
