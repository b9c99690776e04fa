/** What may pass in a window, counted over all gateways. */
import { setTimeout } from 'node:timers/promises';
import type { RateLimit, Window } from '../../../constructs/gateway/policies/rate-limit';
import { expectThat, NotShown, type VerifyContext } from '../claim';
import type { Answer } from '../http';
import type { Target } from '../target';
import { credentials, fresh, type PolicyCheck, sendOnce } from './check';

const MOST_REQUESTS = 200;
const LONGEST_REST_SECONDS = 60;
const DENIED_IN_A_ROW = 5;
/** The gateways learn of each other's counts within a few milliseconds. */
const PAUSE_MS = 50;

/** The windows that hold for the caller; with plans, those of the consumer's. */
function windowsOf(limit: RateLimit, { environment, key }: VerifyContext): readonly Window[] {
  if ('windows' in limit) return limit.windows;
  const plan = (key && environment.consumers[key.consumer]?.plan) ?? limit.defaultPlan;
  const windows = plan === undefined ? undefined : limit.plans[plan];
  if (!windows) throw new NotShown(`the caller has no plan of ${Object.keys(limit.plans).join(', ')}`);
  return windows;
}

/** The one window that a check can use up: with several, one would hide behind another. */
function window(limit: RateLimit, context: VerifyContext): Window {
  const windows = windowsOf(limit, context);
  const [tightest] = windows.toSorted((a, b) => a.requests - b.requests);
  if (!tightest || tightest.requests > MOST_REQUESTS)
    throw new NotShown(`a limit of ${tightest?.requests} is not used up by a check`);
  return tightest;
}

/** Requests that may still pass in the window, as the RateLimit header says; entries stand in the order of the policy. */
function remainingIn({ perSeconds }: Window, { status, headers }: Answer): number | undefined {
  if (status === 429) return undefined;
  const policies = (headers['ratelimit-policy'] ?? '').split(',');
  const index = policies.findIndex((entry) => entry.includes(`;w=${perSeconds}`));
  const left = /;r=(\d+)/.exec((headers.ratelimit ?? '').split(',')[index] ?? '');
  return left ? Number(left[1]) : undefined;
}

/**
 * Makes one request in a window that is less than half used. Two windows rest it. What is left of an earlier one is
 * given back bit by bit while the requests are counted, at most the limit's share of that time.
 * @returns how many more may pass
 */
async function remainingOfRested(limit: Window, send: () => Promise<Answer>): Promise<number> {
  const rested = (answer: Answer) => {
    const remaining = remainingIn(limit, answer);
    expectThat(
      answer.status === 429 || remaining !== undefined,
      `${answer.status} without a RateLimit header`,
    );
    return remaining !== undefined && remaining >= limit.requests / 2 ? remaining : undefined;
  };
  // The claim before this one has called just now.
  await setTimeout(PAUSE_MS);
  const first = rested(await send());
  if (first !== undefined) return first;
  const restSeconds = 2 * limit.perSeconds;
  const again = `the window is in use; try again in ${restSeconds} s`;
  if (restSeconds > LONGEST_REST_SECONDS) throw new NotShown(again);
  await setTimeout(restSeconds * 1000);
  const second = rested(await send());
  if (second === undefined) throw new NotShown(again);
  return second;
}

async function check(target: Target, context: VerifyContext): Promise<string> {
  const who = credentials(target, context);
  const limit = window(target.policies.rateLimit as RateLimit, context);
  const send = () => sendOnce(target, context, who, { query: fresh(target) });
  const remaining = await remainingOfRested(limit, send);
  const started = performance.now();
  let passed = 1;
  let denied = 0;
  let retryAfter = '';
  while (denied < DENIED_IN_A_ROW && passed <= limit.requests) {
    await setTimeout(PAUSE_MS);
    const answer = await send();
    denied = answer.status === 429 ? denied + 1 : 0;
    passed += answer.status === 429 ? 0 : 1;
    retryAfter = answer.headers['retry-after'] ?? retryAfter;
  }
  const seconds = (performance.now() - started) / 1000;
  const givenBack = Math.ceil((limit.requests * seconds) / limit.perSeconds);
  const most = remaining + 1 + givenBack;
  expectThat(passed > remaining, `${passed} passed where ${remaining + 1} may`);
  expectThat(passed <= most && denied > 0, `${passed} passed where at most ${most} may`);
  expectThat(/^\d+$/.test(retryAfter), '429 without Retry-After');
  const said = `${limit.requests} per ${limit.perSeconds} s`;
  return `${passed} of ${said} passed, the next ${denied} were 429 (Retry-After: ${retryAfter})`;
}

export const rateLimitChecks: readonly PolicyCheck[] = [
  {
    policy: 'rateLimit',
    id: 'rate-limit',
    ofPair: true,
    title: 'what is allowed in a window passes and no more, whichever gateway takes it',
    check,
  },
];
