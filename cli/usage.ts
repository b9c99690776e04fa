/** `stagecraft usage`: who called which API, how often, with what outcome: read from the gateways' access logs. */

import { UserError } from '../stacks/user-error';
import type { Context } from './context';
import type { Output } from './output';
import { ANONYMOUS, bytesText, usageText } from './usage-print';
import { askUsage } from './usage-query';
import { usageOf } from './usage-totals';

export interface UsageOptions {
  /** How far back: `90s`, `15m`, `1h`, `7d`. */
  readonly since: string;
  /** Only this API. */
  readonly api?: string;
  /** Only this consumer; `anonymous` for callers without a name. */
  readonly consumer?: string;
  /** Whether the callers are told apart. @default true */
  readonly consumers?: boolean;
  /** Whether the routes of an API are told apart. @default false */
  readonly routes?: boolean;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of `15m`. */
export function secondsOf(since: string): number {
  const found = /^(\d{1,5})([smhdw])$/.exec(since);
  const seconds = Number(found?.[1]) * SECONDS[found?.[2] as keyof typeof SECONDS];
  if (seconds > 0) return seconds;
  throw new UserError(`${since} is no length of time: give a number and s, m, h, d or w, such as 15m or 7d.`);
}

function nothingText({ environment, sandbox }: Context, { api, consumer, since }: UsageOptions): string {
  const asked = [
    ...(api === undefined ? [] : [`for API ${api}`]),
    ...(consumer === undefined ? [] : [`by consumer ${consumer}`]),
  ];
  const unknown = [
    ...(api === undefined || environment.apis[api] ? [] : [`The environment file has no API ${api}.`]),
    ...(consumer === undefined || consumer === ANONYMOUS || environment.consumers[consumer]
      ? []
      : [`The environment file has no consumer ${consumer}.`]),
  ];
  const late = sandbox
    ? ['A request is counted within six seconds.']
    : ['A request is counted within minutes.'];
  return [[`No requests`, ...asked, `in the last ${since}.`].join(' '), ...unknown, ...late].join(' ');
}

/**
 * Prints the usage since then.
 * The logs stay when the gateways go, so that what they counted can be read at every stage.
 * @throws UserError when the logs cannot be asked
 */
export async function usage(context: Context, options: UsageOptions, output: Output): Promise<void> {
  const { environment, blueprint, aws, sandbox } = context;
  const { name, stage, logRetentionDays } = environment;
  const { since, api, consumer, consumers = true, routes = false } = options;
  const to = Math.ceil(Date.now() / 1000);
  const from = to - secondsOf(since);
  const answer = await askUsage(
    aws.logs,
    {
      logGroups: Object.values(blueprint.data.logGroups).map((logGroup) => logGroup.name),
      from,
      to,
      api,
      consumer: consumer === ANONYMOUS ? '-' : consumer,
      byConsumer: consumers,
      byRoute: routes,
    },
    sandbox ? 0.1 : 1,
  );
  const found = usageOf(answer.counted, answer.latencies);
  output.document({
    environment: name,
    from: new Date(from * 1000).toISOString(),
    to: new Date(to * 1000).toISOString(),
    ...found,
    scannedBytes: answer.scannedBytes,
  });
  if (!blueprint.gateway)
    output.line(
      `Stage ${stage} has no gateways: nothing is counted now, and what they counted before is kept.`,
    );
  if (secondsOf(since) > logRetentionDays * SECONDS.d)
    output.line(`Logs are kept for ${logRetentionDays} days: what is older is not counted.`);
  if (found.rows.length === 0) {
    output.line(nothingText(context, options));
    return;
  }
  output.line(`${name}, the last ${since}; read ${bytesText(answer.scannedBytes)} of log`);
  output.line(usageText(found, { routes, consumers }));
}
