/** `stagecraft usage`: who called which API, how often, with what outcome: read from the gateways' access logs. */
import type { Context } from './context';
import { type Output, table, UserError } from './output';
import { askUsage } from './usage-query';
import { type Counts, type Usage, type UsageRow, usageOf } from './usage-totals';

export interface UsageOptions {
  /** How far back: `90s`, `15m`, `1h`, `7d`. */
  readonly since: string;
  /** Only this API. */
  readonly api?: string;
  /** Only this consumer; `anonymous` for callers without a name. */
  readonly consumer?: string;
  /** Whether the routes of an API are told apart. */
  readonly routes?: boolean;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const ANONYMOUS = 'anonymous';

/** Seconds of `15m`. */
export function secondsOf(since: string): number {
  const found = /^(\d{1,5})([smhdw])$/.exec(since);
  const seconds = Number(found?.[1]) * SECONDS[found?.[2] as keyof typeof SECONDS];
  if (seconds > 0) return seconds;
  throw new UserError(`${since} is no length of time: give a number and s, m, h, d or w, such as 15m or 7d.`);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 kB`. */
export function bytesText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  return `${step > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[step]}`;
}

const cacheText = ({ cacheHits, cacheHitRatio }: Counts): string =>
  cacheHitRatio === null ? '–' : `${cacheHits} (${Math.round(cacheHitRatio * 100)} %)`;

const countCells = (counts: Counts): string[] => [
  String(counts.requests),
  String(counts.errors4xx),
  String(counts.errors5xx),
  String(counts.refused),
  cacheText(counts),
  bytesText(counts.bytesIn),
  bytesText(counts.bytesOut),
];

const apiText = ({ api }: UsageRow): string => api ?? '(no API)';
const consumerText = ({ consumer }: UsageRow): string => consumer ?? ANONYMOUS;

function usageTable({ rows, total }: Usage, routes: boolean): string {
  const route = (text: string) => (routes ? [text] : []);
  const times = ({ latencyMs }: UsageRow) =>
    latencyMs
      ? [latencyMs.p50, latencyMs.p95, latencyMs.p99].map((ms) => String(Math.round(ms)))
      : ['–', '–', '–'];
  return table(
    [
      ...[
        'API',
        ...route('route'),
        'consumer',
        'requests',
        '4xx',
        '5xx',
        'refused',
        'cache hits',
        'in',
        'out',
      ],
      ...['p50 ms', 'p95 ms', 'p99 ms'],
    ],
    [
      ...rows.map((row) => [
        ...[apiText(row), ...route(row.route ?? '–'), consumerText(row)],
        ...countCells(row),
        ...times(row),
      ]),
      // Percentiles of percentiles would mean nothing.
      ['all', ...route(''), '', ...countCells(total), '', '', ''],
    ],
  );
}

function refusalTable({ rows }: Usage): string {
  return table(
    ['refused', 'API', 'consumer', 'requests'],
    rows.flatMap((row) =>
      Object.entries(row.refusedBy).map(([reason, requests]) => [
        reason,
        row.route ? `${apiText(row)} ${row.route}` : apiText(row),
        consumerText(row),
        String(requests),
      ]),
    ),
  );
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
 * @throws UserError when the environment has no gateways, or the logs cannot be asked
 */
export async function usage(context: Context, options: UsageOptions, output: Output): Promise<void> {
  const { environment, blueprint, aws, sandbox } = context;
  const { name, stage, logRetentionDays } = environment;
  if (!blueprint.gateway)
    throw new UserError(`Environment ${name} is at stage ${stage}: usage is counted from stage gateway on.`);
  const { since, api, consumer, routes = false } = options;
  const to = Math.ceil(Date.now() / 1000);
  const from = to - secondsOf(since);
  const answer = await askUsage(
    aws.logs,
    {
      logGroups: blueprint.gateway.members.map((member) => member.logGroup.name),
      from,
      to,
      api,
      consumer: consumer === ANONYMOUS ? '-' : consumer,
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
  if (secondsOf(since) > logRetentionDays * SECONDS.d)
    output.line(`Logs are kept for ${logRetentionDays} days: what is older is not counted.`);
  if (found.rows.length === 0) {
    output.line(nothingText(context, options));
    return;
  }
  output.line(`${name}, the last ${since}; read ${bytesText(answer.scannedBytes)} of log`);
  output.line(usageTable(found, routes));
  if (found.total.refused > 0) output.line(`\n${refusalTable(found)}`);
}
