/** Who calls: the key and the tokens that were given, and what each may do. */
import type { Policies } from '../../constructs/gateway';
import { type ClaimPath, claimNames, consumerClaim } from '../../constructs/gateway/policies/authentication';
import type { VerifyContext } from './claim';

export interface Caller {
  /** As the evidence names it: `acme`, or `jwt:` and the client. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the policy gives it the right to call. */
  readonly allowed: boolean;
}

type Claims = Readonly<Record<string, unknown>>;

/** What a token says; it is for the gateway to check it. */
export function claimsIn(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  } catch {
    return {};
  }
}

const listed = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const claim = (claims: Claims, path: ClaimPath): unknown =>
  claimNames(path).reduce<unknown>((at, name) => (at as Claims | undefined)?.[name], claims);

function mayByToken({ authorization, authentication }: Policies, claims: Claims): boolean {
  if (!authorization) return true;
  const scopes = [...listed(claims.scope), ...listed(claims.scp)].flatMap((text) => String(text).split(' '));
  const { scopes: all = [], anyScope, claims: needed = {}, consumers } = authorization;
  return (
    all.every((scope) => scopes.includes(scope)) &&
    (anyScope === undefined || anyScope.some((scope) => scopes.includes(scope))) &&
    Object.entries(needed).every(([name, values]) =>
      listed(claim(claims, name)).some((value) => values.some((one) => one === value)),
    ) &&
    (consumers === undefined || consumers.includes(consumerIn({ authentication }, claims)))
  );
}

function consumerIn({ authentication }: Pick<Policies, 'authentication'>, claims: Claims): string {
  const jwt = authentication === 'public' ? undefined : authentication.jwt;
  if (!jwt) return '';
  const caller = claim(claims, consumerClaim(jwt));
  return typeof caller === 'number' ? `jwt:#${caller}` : `jwt:${String(caller)}`;
}

function mayByKey({ authorization }: Policies, consumer: string): boolean {
  const { scopes, anyScope, claims, consumers } = authorization ?? {};
  if (scopes || anyScope || claims) return false;
  return consumers === undefined || consumers.includes(consumer);
}

/** All that the policy's authentication takes; whom it gives the right to call comes first. */
export function callersOf(
  policies: Policies,
  { key, tokens, environment }: VerifyContext,
  api: string,
): Caller[] {
  const { authentication } = policies;
  if (authentication === 'public') return [{ name: 'anyone', headers: {}, allowed: true }];
  const { apiKey, jwt } = authentication;
  const byKey = (): Caller[] => {
    if (!apiKey || !key) return [];
    const granted = environment.consumers[key.consumer]?.apis?.includes(api) ?? true;
    return [
      {
        name: key.consumer,
        headers: { [apiKey.header]: key.value },
        allowed: granted && mayByKey(policies, key.consumer),
      },
    ];
  };
  const byToken = (token: string): Caller => {
    const claims = claimsIn(token);
    return {
      name: `jwt:${String(claims.client_id ?? claims.sub ?? 'unknown')}`,
      headers: { authorization: `Bearer ${token}` },
      allowed: mayByToken(policies, claims),
    };
  };
  const all = [...byKey(), ...(jwt ? (tokens ?? []).map(byToken) : [])];
  return all.toSorted((a, b) => Number(b.allowed) - Number(a.allowed));
}
