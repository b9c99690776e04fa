/** What the gateways are, whatever the policies: who serves, and what never reaches an API. */
import { type Claim, expectThat, type VerifyContext } from './claim';
import { answerChecks } from './policies/answers';
import { authenticationChecks } from './policies/authentication';
import { cacheChecks } from './policies/cache';
import { claimsOf, type PolicyCheck } from './policies/check';
import { rateLimitChecks } from './policies/rate-limit';
import { requestChecks } from './policies/requests';
import { asksWho, firstUrl } from './requests';
import { targetsOf } from './target';

const ON_GATEWAY = ['gateway'] as const;

const members: Claim = {
  id: 'members',
  title: 'Every gateway of the pair serves',
  stages: ON_GATEWAY,
  async check(context) {
    const expected = context.environment.gateway.members?.length ?? 2;
    const seen = new Set<string>();
    const endpoint = context.endpoints.find(asksWho) ?? context.endpoints[0];
    for (let i = 0; i < expected * 4; i++) {
      // Without a key: a refusal uses up nobody's limit.
      const { via } = (await context.http.ask(endpoint?.urls[0] ?? '', { headers: endpoint?.api.headers }))
        .headers;
      if (via) seen.add(via);
    }
    expectThat(seen.size === expected, `seen: ${[...seen].join(', ') || 'none'}`);
    return [...seen].sort().join(', ');
  },
};

const confusion: Claim = {
  id: 'path-confusion',
  title: 'Paths that two programs could read differently are refused',
  stages: ON_GATEWAY,
  async check(context) {
    const base = new URL(firstUrl(context));
    const tried = ['/../', '/%2e%2e/', '//', '/%2f', '/;x'].map(
      (twist) => `${base.pathname.replace(/\/$/, '')}${twist}x`,
    );
    for (const rawPath of tried) {
      const answer = await context.http.ask(base.href, {
        rawPath,
        headers: context.endpoints[0]?.api.headers,
      });
      expectThat(answer.status === 400, `${rawPath} answered ${answer.status}`);
    }
    return `${tried.length} spellings answered 400`;
  },
};

export const gatewayClaims: readonly Claim[] = [members, confusion];

/** A limit comes last: whoever used it up could show nothing more. */
const checks: readonly PolicyCheck[] = [
  ...authenticationChecks,
  ...requestChecks,
  ...cacheChecks,
  ...answerChecks,
  ...rateLimitChecks,
];

/** A claim for each policy at each place that says it, in the order of the checks. */
export function policyClaims({ endpoints }: VerifyContext): Claim[] {
  const targets = targetsOf(endpoints);
  return checks.flatMap((check) => claimsOf(check, targets));
}
