/**
 * One limit over all members, in one or more windows. Each member counts what it lets pass in tables of its own and
 * reads the others' copies; the sum is compared. See `policies/rate-limit/schema.ts` for what that promises.
 */

import type { Window } from '../../policies/rate-limit';
import { refuse } from '../answers/errors';
import { all, both, type Condition, found, type Rule, type Rules, rule } from '../language/rules';
import { join, line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';
import type { Context } from '../parts/sections';
import { type CallerKind, table } from './tables';

/** A kind of caller that a limit counts, and which requests are theirs. */
export interface Counted {
  readonly kind: CallerKind;
  readonly when: Condition;
}

/** The time of day in milliseconds, as far as it fits into a table: differences are taken with the same mask. */
const clockMask = 2 ** 31 - 1;
/** Clocks of members differ by less. */
const marginMs = 500;

const words: Readonly<Record<number, string>> = { 1: 'second', 60: 'minute', 3600: 'hour', 86400: 'day' };
const periodName = (perSeconds: number) => (words[perSeconds] ?? `${perSeconds}s`) as Text;

function sentence({ requests, perSeconds }: Window): string {
  const period = words[perSeconds] ? `per ${words[perSeconds]}` : `in ${perSeconds} seconds`;
  return `The limit is ${requests} ${requests === 1 ? 'request' : 'requests'} ${period}.`;
}

/** The rules of one window, in the parts that all windows go through together. */
interface WindowRules {
  readonly window: Window;
  /** What is left before this request. */
  readonly left: Text;
  readonly over: Condition;
  readonly look: readonly Rule[];
  readonly wait: readonly Rule[];
  readonly refuse: readonly Rule[];
  readonly count: readonly Rule[];
}

function windowRules(
  window: Window,
  index: number,
  counted: readonly Counted[],
  { member, others, model }: Context,
): WindowRules {
  const { requests, perSeconds } = window;
  const periodMs = perSeconds * 1000;
  const left = line`${txn.limit_left}_${index}`;
  // Whatever is missing refuses: a comparison with nothing is false.
  const over = all(line`!{ var(${left}) -m int gt 0 }`);
  const read = (from: Text, what: 'http_req_rate' | 'gpt0') =>
    line`var(${txn.limit_key}),table_${what as Text}(gateway/${from})`;
  const ageOf = (from: Text) => line`${read(from, 'gpt0')},neg,add(${txn.limit_now}),and(${clockMask})`;
  const add = line`,add(${txn.limit_other})`;
  /** The same for each kind, which has a table of its own. */
  const forEach = (rules: (tableOf: (member: string) => Text, when: Condition) => readonly Rule[]): Rule[] =>
    counted.flatMap(({ kind, when }) => rules((name) => table(kind, name, perSeconds), when));
  // A count of one stays one until the window after is over (HAProxy's, against flapping); others fall at once.
  const lasting = model.members.length;
  const rest =
    requests > lasting
      ? line`var(${left}),neg,mul(${periodMs}),div(${txn.limit_other}),add(${periodMs + marginMs + 999})`
      : line`int(${2 * periodMs + marginMs + 999})`;
  const counter = line`sc_get_gpt0(${index})`;
  return {
    window,
    left,
    over,
    look: forEach((tableOf, when) => [
      ...others.map(({ name }, nth) =>
        rule(
          line`set-var(${txn.limit_other}) ${read(tableOf(name), 'http_req_rate')}${nth > 0 ? add : line``}`,
          when,
        ),
      ),
      rule(
        line`set-var(${left}) ${read(tableOf(member.name), 'http_req_rate')}${others.length > 0 ? add : line``},neg,add(${requests})`,
        when,
      ),
    ]),
    // The window that began latest ends latest.
    wait: [
      ...forEach((tableOf, when) => [
        rule(line`set-var(${txn.limit_age}) ${ageOf(tableOf(member.name))}`, both(when, over)),
        ...others.flatMap(({ name }): Rule[] => [
          rule(line`set-var(${txn.limit_other}) ${ageOf(tableOf(name))}`, both(when, over)),
          rule(
            line`set-var(${txn.limit_age}) var(${txn.limit_other})`,
            both(both(when, over), all(line`{ var(${txn.limit_other}),sub(${txn.limit_age}) lt 0 }`)),
          ),
        ]),
      ]),
      ...(requests > lasting
        ? [rule(line`set-var(${txn.limit_other}) var(${left}),neg,add(${requests - lasting + 1})`, over)]
        : []),
      rule(line`set-var(${txn.limit_next}) ${rest},sub(${txn.limit_age}),div(1000)`, over),
      rule(
        line`set-var(${txn.limit_wait}) var(${txn.limit_next})`,
        both(over, all(line`!{ var(${txn.limit_wait}),sub(${txn.limit_next}) ge 0 }`)),
      ),
      rule(line`set-var(${txn.limit}) str(refused:${periodName(perSeconds)})`, over),
      // For the header. As a number it is 0, so the window stays over.
      rule(line`set-var-fmt(${left}) "0;t=%[var(${txn.limit_next})]"`, over),
    ],
    refuse: refuse({
      status: 429,
      reason: 'rate-limit',
      detail: sentence(window),
      when: over,
      headers: line`hdr Retry-After %[var(${txn.limit_wait})]`,
    }),
    // Beside the count stands when its window began, by the steps that HAProxy's own takes.
    count: [
      ...forEach((tableOf, when) => [
        rule(line`track-sc${index} var(${txn.limit_key}) table gateway/${tableOf(member.name)}`, when),
      ]),
      rule(line`set-var(${txn.limit_age}) ${counter},neg,add(${txn.limit_now}),and(${clockMask})`),
      rule(line`set-var(${txn.limit_age}) int(${2 * periodMs})`, all(line`{ ${counter} eq 0 }`)),
      rule(
        line`sc-set-gpt0(${index}) ${counter},add(${periodMs}),and(${clockMask})`,
        all(line`{ var(${txn.limit_age}) -m int ${periodMs}:${2 * periodMs - 1} }`),
      ),
      rule(
        line`sc-set-gpt0(${index}) var(${txn.limit_now})`,
        all(line`{ var(${txn.limit_age}) -m int ge ${2 * periodMs} }`),
      ),
    ],
  };
}

/**
 * Rules of all windows, once `txn.limit_key` says whose count it is: without it the request is refused.
 * @param windows the shortest first; the place in this order is the number of the sticky counter
 * @param name what the headers call the limit
 * @param counted a request is of one of these kinds
 */
export function windowsRules(
  windows: readonly Window[],
  name: Text,
  counted: readonly Counted[],
  context: Context,
): Rules {
  const each = windows.map((window, index) => windowRules(window, index, counted, context));
  const nameOf = ({ window }: WindowRules) =>
    each.length > 1 ? line`\"${name}-${periodName(window.perSeconds)}\"` : line`\"${name}\"`;
  const list = (entry: (one: WindowRules) => Text) =>
    join(
      each.map((one) => line`${nameOf(one)};${entry(one)}`),
      line`, `,
    );
  const longestSeconds = Math.max(...windows.map(({ perSeconds }) => perSeconds));
  return {
    request: [
      rule(line`set-var(${txn.limit_now}) date(0,ms),and(${clockMask})`),
      ...each.flatMap(({ look }) => look),
      ...each.flatMap(({ wait }) => wait),
      rule(
        line`set-var(${txn.limit_wait}) int(${longestSeconds})`,
        all(line`!{ var(${txn.limit_wait}) -m int gt 0 }`),
      ),
      ...each.toReversed().flatMap((one) => one.refuse),
      // Counted only now: refused requests must not eat the budget, of no window.
      ...each.flatMap(({ count }) => count),
      rule(line`set-var(${txn.limit}) str(passed)`),
    ],
    afterResponse: [
      rule(
        line`set-header RateLimit-Policy "${list(({ window }) => line`q=${window.requests};w=${window.perSeconds}`)}"`,
        all(found('limit')),
      ),
      rule(
        line`set-header RateLimit "${list(({ left }) => line`r=%[var(${left}),sub(1)]`)}"`,
        all(line`{ var(${txn.limit}) -m str passed }`),
      ),
      rule(
        line`set-header RateLimit "${list(({ left }) => line`r=%[var(${left})]`)}"`,
        all(line`{ var(${txn.limit}) -m beg refused }`),
      ),
    ],
  };
}
