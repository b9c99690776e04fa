/** What each check of a policy is: a claim about every place that says the policy. */
import { setTimeout } from 'node:timers/promises';
import type { Policies } from '../../../constructs/gateway';
import { type Caller, callersOf } from '../callers';
import { type Claim, NotShown, type VerifyContext } from '../claim';
import type { Answer, Ask } from '../http';
import { sampleOf, takesAnyQuery } from '../sample';
import type { Target } from '../target';

export interface PolicyCheck {
  readonly policy: keyof Policies;
  /** Distinguishes several checks of one policy. */
  readonly id: string;
  /** A sentence that is true of a target whose policy does what it says; follows its name. */
  readonly title: string;
  /** Whether it holds only when the gateways know each other. @default false */
  readonly ofPair?: boolean;
  /** Whether there is anything to check. @default the policy is there */
  applies?(target: Target): boolean;
  /**
   * @returns the evidence, in one line
   * @throws NotShown, Unmet
   */
  check(target: Target, context: VerifyContext): Promise<string>;
}

/** Claims about all targets that say the check's policy themselves. */
export function claimsOf(check: PolicyCheck, targets: readonly Target[]): Claim[] {
  const { policy, applies = (target) => target.policies[policy] !== undefined } = check;
  return targets
    .filter((target) => target.says(policy) && applies(target))
    .map((target) => ({
      id: `${target.name}.${check.id}`,
      title: `${target.name}: ${check.title}`,
      stages: ['gateway'],
      ofPair: check.ofPair,
      check: (context) => check.check(target, context),
    }));
}

/** Who can call a target, and whom its policies give the right to. */
export const rightsOf = (target: Target, context: VerifyContext): Caller[] =>
  callersOf(target.policies, context, target.endpoint.name);

/** Credentials of someone who may call. @throws NotShown when no one is known who may */
export function credentials(target: Target, context: VerifyContext): Readonly<Record<string, string>> {
  const { authentication } = target.policies;
  const caller = rightsOf(target, context).find(({ allowed }) => allowed);
  if (caller) return caller.headers;
  const wanted = authentication !== 'public' && authentication.jwt ? '--token or --key' : '--key';
  throw new NotShown(`needs a caller who may: give one with ${wanted}`);
}

export interface More extends Ask {
  /** Another address than the target's. */
  readonly url?: string;
  readonly query?: string;
  /** Header that a valid request would have. */
  readonly without?: string;
}

/** A request of the target's own, valid but for what `more` says, with the given credentials. */
export function sendOnce(
  target: Target,
  context: VerifyContext,
  who: Readonly<Record<string, string>>,
  { query, without, headers, url = target.url, method = target.method, ...rest }: More = {},
): Promise<Answer> {
  const sample = sampleOf(target.policies, target.method);
  const parameters = [...sample.query, ...(query === undefined ? [] : [query])];
  const all = { ...target.endpoint.api.headers, ...sample.headers, ...who, ...headers };
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => name !== without));
  const body = sample.body !== undefined && method === target.method ? { body: sample.body } : {};
  return context.http.ask(parameters.length > 0 ? `${url}?${parameters.join('&')}` : url, {
    method,
    ...body,
    ...rest,
    headers: kept,
  });
}

const LONGEST_WAIT_SECONDS = 30;

/** The same; when the place's limit is used up, again after the time that `Retry-After` says. @throws NotShown after that */
export async function send(...call: Parameters<typeof sendOnce>): Promise<Answer> {
  const first = await sendOnce(...call);
  if (first.status !== 429) return first;
  const seconds = Number(first.headers['retry-after']);
  const inUse = `the limit is in use; try again in ${seconds} s`;
  if (!(seconds <= LONGEST_WAIT_SECONDS)) throw new NotShown(inUse);
  await setTimeout(seconds * 1000);
  const second = await sendOnce(...call);
  if (second.status === 429) throw new NotShown(inUse);
  return second;
}

/** The same as someone who may call. @throws NotShown when no one is known who may */
export const ask = (target: Target, context: VerifyContext, more?: More): Promise<Answer> =>
  send(target, context, credentials(target, context), more);

/** A query that no one has used before; undefined where the API takes none that it does not know. */
export const fresh = ({ policies }: Target): string | undefined =>
  takesAnyQuery(policies)
    ? `verify=${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2, 8)}`
    : undefined;
