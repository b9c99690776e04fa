/** Runs the claims of a stage one after the other and collects what they showed. */
import { setTimeout } from 'node:timers/promises';
import { lookupSeconds } from '../../constructs/blueprint/resolving/timing';
import { apiClaims } from './api-claims';
import { type Claim, type ClaimResult, NotShown, Unmet, type VerifyContext } from './claim';
import { gatewayClaims, policyClaims } from './gateway-claims';
import { loadBalancerClaims } from './load-balancer-claims';
import { unkept } from './unkept';

const claims: readonly Claim[] = [...apiClaims, ...loadBalancerClaims, ...gatewayClaims];

function failure(error: unknown): Pick<ClaimResult, 'result' | 'evidence'> {
  if (error instanceof NotShown) return { result: 'not shown', evidence: error.message };
  if (error instanceof Unmet) return { result: 'fails', evidence: error.message };
  const { message, code } = error as Error & { code?: string };
  return { result: 'fails', evidence: message || code || String(error) };
}

async function checkOne(claim: Claim, context: VerifyContext): Promise<ClaimResult> {
  const started = performance.now();
  const outcome = await claim.check(context).then(
    (evidence) => ({ result: 'holds' as const, evidence }),
    (error: unknown) => failure(error),
  );
  return {
    id: claim.id,
    title: claim.title,
    ...outcome,
    milliseconds: Math.round(performance.now() - started),
  };
}

/** A resolver may keep for so long that the name of a gateway or of a new API does not exist, from before it was deployed. */
const ABSENT_SECONDS = 15;
const MARGIN_SECONDS = 3;

/** Then a gateway asks again within 2 s, or within the time that it takes to ask for hundreds of names. */
const acquaintedSeconds = ({ apis }: VerifyContext['environment']): number =>
  ABSENT_SECONDS + lookupSeconds(Object.keys(apis).length) + MARGIN_SECONDS;

/**
 * Checks every claim of the environment's stage, and each policy that it declares; what the stage does not enforce comes
 * last. Never throws: what went wrong stands in the result.
 *
 * Right after a deploy the gateways may not know each other yet, nor the instances of an API that is new. So the first claim
 * about these that fails is checked once more, after `becomeAcquainted`, which takes 20 s; the others are not.
 */
export async function verify(
  context: VerifyContext,
  onResult: (result: ClaimResult) => void = () => {},
  becomeAcquainted: () => Promise<unknown> = () => setTimeout(1000 * acquaintedSeconds(context.environment)),
): Promise<readonly ClaimResult[]> {
  const results: ClaimResult[] = [];
  const all = [...claims, ...policyClaims(context)];
  let acquainted = false;
  for (const claim of all.filter((one) => one.stages.includes(context.environment.stage))) {
    let result = await checkOne(claim, context);
    if (result.result === 'fails' && claim.ofPair && !acquainted) {
      acquainted = true;
      await becomeAcquainted();
      result = await checkOne(claim, context);
    }
    results.push(result);
    onResult(result);
  }
  for (const result of unkept(context.environment)) {
    results.push(result);
    onResult(result);
  }
  return results;
}

/** Whether a run is good: nothing fails, and something holds. What is not kept is accepted in the file, and holds nothing. */
export function allHold(results: readonly ClaimResult[]): boolean {
  return results.some((one) => one.result === 'holds') && results.every((one) => one.result !== 'fails');
}
