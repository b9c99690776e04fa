/** Who calls, and whether it may. */
import { createHash, type KeyObject, verify } from 'node:crypto';
import type { GatewayConsumer, Policies } from '../../../constructs/gateway';
import { need, type Request } from '../reading/http';
import { at, isObject, type Json, readJson } from '../reading/json';

type Jwt = NonNullable<Exclude<Policies['authentication'], 'public'>['jwt']>;

/** Consumers by their key in clear, and public keys of each issuer by `kid`. */
export interface Known {
  readonly keys: Readonly<Record<string, string>>;
  readonly issuers: Readonly<Record<string, Readonly<Record<string, KeyObject>>>>;
}

export interface Caller {
  readonly consumer?: string;
  readonly token?: Json;
  /** Request headers that the gateway keeps to itself. */
  readonly spent: readonly string[];
}

export function callerOf({ authentication }: Policies, request: Request, known: Known): Caller {
  if (authentication === 'public') return { spent: [] };
  const { apiKey, jwt } = authentication;
  const [key, ...moreKeys] = apiKey ? request.all(apiKey.header) : [];
  const bearers = jwt ? request.all('authorization') : [];
  const withToken = bearers.some((value) => /^bearer( |$)/i.test(value));
  need(key === undefined || !withToken, 400, 'key-and-token');
  if (jwt && withToken) return byToken(jwt, bearers, known);
  need(apiKey && key !== undefined, 401, apiKey ? 'no-key' : 'no-token');
  need(moreKeys.length === 0, 401, 'several-keys');
  const consumer = known.keys[key];
  need(consumer !== undefined, 401, 'unknown-key');
  return { consumer, spent: [apiKey.header] };
}

function byToken(jwt: Jwt, bearers: readonly string[], known: Known): Caller {
  const token = (bearers[0] ?? '').slice('Bearer '.length);
  need(bearers.length === 1, 400, 'several-tokens');
  need(token.length <= 4096, 401, 'long-token');
  need(/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), 401, 'bad-token');
  const [header, claims] = token.split('.').map((part) => readJson(Buffer.from(part, 'base64url')));
  need(isObject(header) && isObject(claims), 401, 'bad-token');
  need(isSigned(jwt, token, header, known), 401, 'wrong-signature');
  need(header.crit === undefined, 401, 'critical-header');
  inOrder(jwt, claims);
  const subject = subjectOf(at(claims, jwt.consumerClaim ?? 'sub'));
  need(subject !== undefined, 401, 'no-subject');
  return { consumer: prefixOf(jwt) + subject, token: claims, spent: jwt.forward ? [] : ['authorization'] };
}

function isSigned(jwt: Jwt, token: string, { alg, kid }: Json, { issuers }: Known): boolean {
  const key = 'issuer' in jwt && typeof kid === 'string' ? issuers[jwt.issuer]?.[kid] : undefined;
  if (!key || !jwt.algorithms.some((one) => one === alg)) return false;
  if (key.asymmetricKeyType !== (alg === 'RS256' ? 'rsa' : 'ec')) return false;
  const [header, claims, signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 99_999_999_999;
/** A text or a list of texts, or nothing at all. */
const texts = (value: unknown = []): string[] | undefined =>
  [value].flat().every((one) => typeof one === 'string') ? ([value].flat() as string[]) : undefined;

function inOrder(jwt: Jwt, { iss, exp, nbf, iat, aud, client_id: client }: Json): void {
  const now = Date.now() / 1000;
  const begun = (time: unknown) => time === undefined || (isTime(time) && time <= now + jwt.leewaySeconds);
  const { audience, clientIds } = jwt;
  need('issuer' in jwt && iss === jwt.issuer, 401, 'wrong-issuer');
  need(isTime(exp) && exp + jwt.leewaySeconds > now, 401, 'expired-token');
  need(begun(nbf), 401, 'early-token');
  need(begun(iat), 401, 'future-token');
  const isFor = texts(aud)?.some((one) => audience?.includes(one));
  need(texts(aud) && (isFor || !Array.isArray(audience)), 401, 'wrong-audience');
  need(!clientIds || clientIds.some((one) => one === client), 401, 'wrong-client');
}

function subjectOf(value: unknown): string | undefined {
  if (typeof value === 'string') return /^[\w.:@|-]{1,60}$/.test(value) ? value : undefined;
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e15 ? `#${value}` : undefined;
}

const prefixOf = (jwt: Jwt): string =>
  `jwt:${'issuer' in jwt ? createHash('sha256').update(jwt.issuer).digest('hex').slice(0, 8) : 'user-pool'}:`;

/** RFC 6749, section 3.3. */
export const scopesOf = ({ scope, scp }: Json): string[] => {
  const said = [...(texts(scope) ?? []), ...(texts(scp) ?? [])].flatMap((text) => text.split(' '));
  return [...new Set(said.filter((one) => /^[!#-[\]-~]+$/.test(one)))].toSorted();
};

/** Whether a known caller may call. */
export function permit(
  api: string,
  policies: Policies,
  caller: Caller,
  all: readonly GatewayConsumer[],
): void {
  const { authentication, authorization: needs } = policies;
  const { consumer = '', token } = caller;
  if (authentication === 'public') return;
  const { jwt } = authentication;
  const declared = all.find(({ name }) => name === consumer);
  need(token ?? (declared && (declared.apis?.includes(api) ?? true)), 403, 'not-allowed');
  const named = needs?.consumers?.map((one) => (jwt ? one.replace(/^jwt:/, prefixOf(jwt)) : one));
  need(!named || named.includes(consumer), 403, 'not-allowed');
  if (!needs || !(needs.scopes ?? needs.anyScope ?? needs.claims)) return;
  need(token, 403, 'claim-missing');
  const has = (scope: string) => scopesOf(token).includes(scope);
  need(needs.anyScope?.some(has) !== false && needs.scopes?.every(has) !== false, 403, 'scope-missing');
  const holds = ([claim, values]: [string, readonly unknown[]]) =>
    [at(token, claim)].flat().some((one) => values.includes(one));
  need(Object.entries(needs.claims ?? {}).every(holds), 403, 'claim-missing');
}
