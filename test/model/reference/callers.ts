/** Who calls, and whether it may. */
import { createHash, createVerify, type KeyObject, verify } from 'node:crypto';
import type { GatewayApi, GatewayModel, Policies } from '../../../constructs/gateway';
import { type Asked, type Refusal, valuesOf } from './types';

type Methods = Exclude<Policies['authentication'], 'public'>;
type Jwt = NonNullable<Methods['jwt']>;
type Claims = Readonly<Record<string, unknown>>;

/** What is known of keys. */
export interface Known {
  /** Consumers by their key in clear. */
  readonly keys: Readonly<Record<string, string>>;
  /** Public keys of each issuer, by `kid`. */
  readonly issuers: Readonly<Record<string, Readonly<Record<string, KeyObject>>>>;
}

export interface Caller {
  readonly consumer?: string;
  readonly token?: Claims;
  /** Request headers that the gateway keeps to itself. */
  readonly spent: readonly string[];
}

const NOBODY: Caller = { spent: [] };

export function callerOf({ authentication }: Policies, asked: Asked, known: Known): Caller | Refusal {
  if (authentication === 'public') return NOBODY;
  const { apiKey, jwt } = authentication;
  const keys = apiKey ? valuesOf(asked, apiKey.header) : [];
  const bearers = jwt ? valuesOf(asked, 'authorization') : [];
  const withToken = bearers.some((value) => /^bearer( |$)/i.test(value));
  if (keys.length > 0 && withToken) return [400, 'key-and-token'];
  if (withToken && jwt) return byToken(jwt, bearers, known);
  if (keys.length === 0 || !apiKey) return [401, apiKey ? 'no-key' : 'no-token'];
  if (keys.length > 1) return [401, 'several-keys'];
  const consumer = known.keys[keys[0] ?? ''];
  return consumer === undefined ? [401, 'unknown-key'] : { consumer, spent: [apiKey.header] };
}

function byToken(jwt: Jwt, bearers: readonly string[], known: Known): Caller | Refusal {
  if (bearers.length > 1) return [400, 'several-tokens'];
  const token = (bearers[0] ?? '').slice('Bearer '.length);
  if (token.length > 4096) return [401, 'long-token'];
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return [401, 'bad-token'];
  const [header, claims] = token.split('.').map(object);
  if (!header || !claims) return [401, 'bad-token'];
  if (!isSigned(jwt, token, header, known)) return [401, 'wrong-signature'];
  if (header.crit !== undefined) return [401, 'critical-header'];
  const fault = faultOf(jwt, claims);
  const subject = subjectOf(claims[String(jwt.consumerClaim ?? 'sub')]);
  if (fault ?? subject === undefined) return [401, fault ?? 'no-subject'];
  return {
    consumer: `jwt:${labelOf(jwt)}:${subject}`,
    token: claims,
    spent: jwt.forward ? [] : ['authorization'],
  };
}

function object(part: string): Claims | undefined {
  try {
    const value = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')),
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSigned(jwt: Jwt, token: string, { alg, kid }: Claims, { issuers }: Known): boolean {
  const key = 'issuer' in jwt && typeof kid === 'string' ? issuers[jwt.issuer]?.[kid] : undefined;
  if (!key || !jwt.algorithms.some((one) => one === alg)) return false;
  const [signed = '', signature = ''] = [token.slice(0, token.lastIndexOf('.')), token.split('.')[2]];
  const bytes = Buffer.from(signature, 'base64url');
  if (alg === 'RS256')
    return key.asymmetricKeyType === 'rsa' && createVerify('RSA-SHA256').update(signed).verify(key, bytes);
  return (
    key.asymmetricKeyType === 'ec' &&
    verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, bytes)
  );
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 99_999_999_999;
const texts = (value: unknown): readonly string[] | undefined => {
  const list = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
};

function faultOf(jwt: Jwt, { iss, exp, nbf, iat, aud, client_id: client }: Claims): string | undefined {
  const now = Date.now() / 1000;
  const starts = (time: unknown) => time === undefined || (isTime(time) && time <= now + jwt.leewaySeconds);
  if ('issuer' in jwt && iss !== jwt.issuer) return 'wrong-issuer';
  if (!isTime(exp) || exp + jwt.leewaySeconds <= now) return 'expired-token';
  if (!starts(nbf)) return 'early-token';
  if (!starts(iat)) return 'future-token';
  const audiences = aud === undefined ? [] : texts(aud);
  const { audience, clientIds } = jwt;
  if (!audiences) return 'wrong-audience';
  if (Array.isArray(audience) && !audience.some((one) => audiences.includes(one))) return 'wrong-audience';
  if (clientIds && !clientIds.some((one) => one === client)) return 'wrong-client';
  return undefined;
}

function subjectOf(value: unknown): string | undefined {
  if (typeof value === 'string') return /^[\w.:@|-]{1,60}$/.test(value) ? value : undefined;
  const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e15;
  return whole ? `#${value}` : undefined;
}

const labelOf = (jwt: Jwt) =>
  'issuer' in jwt ? createHash('sha256').update(jwt.issuer).digest('hex').slice(0, 8) : 'user-pool';

export const scopesOf = ({ scope, scp }: Claims): string[] =>
  [...new Set([scope, scp].flatMap((value) => texts(value) ?? []).flatMap((text) => text.split(' ')))]
    .filter((one) => one !== '')
    .sort();

/** Why a known caller may not call. */
export function forbidden(
  api: GatewayApi,
  policies: Policies,
  caller: Caller,
  model: GatewayModel,
): Refusal | undefined {
  const { authentication, authorization: needs } = policies;
  if (authentication === 'public') return undefined;
  const { consumer = '', token } = caller;
  if (!token) {
    const declared = model.consumers.find(({ name }) => name === consumer);
    if (!declared || (declared.apis && !declared.apis.includes(api.name))) return [403, 'not-allowed'];
  }
  if (!needs) return undefined;
  const names = needs.consumers?.map((name) =>
    authentication.jwt ? name.replace(/^jwt:/, `jwt:${labelOf(authentication.jwt)}:`) : name,
  );
  if (names && !names.includes(consumer)) return [403, 'not-allowed'];
  if (!needs.scopes && !needs.anyScope && !needs.claims) return undefined;
  if (!token) return [403, 'claim-missing'];
  const scopes = scopesOf(token);
  const has = (one: string) => scopes.includes(one);
  if (needs.anyScope?.some(has) === false || needs.scopes?.every(has) === false)
    return [403, 'scope-missing'];
  const holds = ([name, values]: [string, readonly unknown[]]) =>
    [token[name]].flat().some((value) => values.some((one) => one === value));
  return Object.entries(needs.claims ?? {}).every(holds) ? undefined : [403, 'claim-missing'];
}
