/** Asks CloudWatch Logs Insights for the usage in the gateways' access logs. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  ResourceNotFoundException,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AccessLogField } from '../constructs/gateway';
import { UserError } from '../stacks/user-error';
import type { CountedRow, LatencyRow } from './usage-totals';

/** What is asked. */
export interface Question {
  readonly logGroups: readonly string[];
  /** Seconds since 1970; both ends are part of it. */
  readonly from: number;
  readonly to: number;
  readonly api?: string;
  /** `-`: callers without a name. */
  readonly consumer?: string;
  /** Whether the callers are told apart. */
  readonly byConsumer: boolean;
  /** Whether the routes of an API are told apart. */
  readonly byRoute: boolean;
}

export interface Answer {
  readonly counted: readonly CountedRow[];
  readonly latencies: readonly LatencyRow[];
  /** What AWS charges for: log bytes that the queries went through. */
  readonly scannedBytes: number;
}

/** Rows that a query gives at most. */
const MOST_ROWS = 10_000;
const PATIENCE_SECONDS = 300;

/** The fields of the access log that are asked for. */
const log = {
  took: 'total_ms',
  api: 'api',
  route: 'route',
  consumer: 'consumer',
  status: 'status',
  cache: 'cache',
  deny: 'deny',
  bytesIn: 'bytes_in',
  bytesOut: 'bytes_out',
} as const satisfies Readonly<Record<string, AccessLogField>>;

/**
 * The two queries. Each line of the access log is a JSON object whose fields Insights finds by itself; other lines,
 * such as notes at the start, have no `total_ms`. Only commands that its documentation describes, so that the sandbox's
 * emulator can answer them in the same way.
 */
export function queries(question: Omit<Question, 'logGroups' | 'from' | 'to'>): {
  readonly counted: string;
  readonly latency: string;
} {
  const { api, consumer } = question;
  const only = [
    `ispresent(${log.took})`,
    ...(api === undefined ? [] : [`${log.api} = "${checked(api)}"`]),
    ...(consumer === undefined ? [] : [`${log.consumer} = "${checked(consumer)}"`]),
  ];
  const by = keyFields(question).join(', ');
  const served = [...only, `${log.took} >= 0`, `${log.deny} = "-"`];
  const percentiles = [50, 95, 99].map((percent) => `pct(${log.took}, ${percent}) as p${percent}`).join(', ');
  return {
    counted: `filter ${only.join(' and ')} | stats count(*) as requests, sum(${log.bytesIn}) as bytesIn, sum(${log.bytesOut}) as bytesOut by ${by}, ${log.status}, ${log.cache}, ${log.deny}`,
    latency: `filter ${served.join(' and ')} | stats ${percentiles} by ${by}`,
  };
}

/** What requests are counted by. */
const keyFields = ({ byConsumer, byRoute }: Pick<Question, 'byConsumer' | 'byRoute'>) => [
  ...(byConsumer ? [log.consumer] : []),
  log.api,
  ...(byRoute ? [log.route] : []),
];

/** A name that stands in quotes in a query. */
function checked(name: string): string {
  if (/^[A-Za-z0-9._@:|/+=-]{1,128}$/.test(name)) return name;
  throw new UserError(`${JSON.stringify(name)} is no name: give letters, digits and . _ @ : | / + = -`);
}

type Row = Readonly<Record<string, string>>;

interface Found {
  readonly rows: readonly Row[];
  readonly scannedBytes: number;
}

const rowOf = (fields: readonly ResultField[]): Row =>
  Object.fromEntries(fields.map(({ field, value }) => [field ?? '', value ?? '']));

async function start(logs: CloudWatchLogsClient, question: Question, queryString: string): Promise<string> {
  const { logGroups, from, to } = question;
  try {
    const started = await logs.send(
      new StartQueryCommand({
        logGroupNames: [...logGroups],
        startTime: from,
        endTime: to,
        queryString,
        limit: MOST_ROWS,
      }),
    );
    return started.queryId ?? '';
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new UserError(
      `The gateways have no logs here: one of ${logGroups.join(', ')} does not exist. Deploy the environment first.`,
    );
  }
}

async function ask(
  logs: CloudWatchLogsClient,
  question: Question,
  query: string,
  pollSeconds: number,
): Promise<Found> {
  const queryId = await start(logs, question, query);
  for (let waited = 0; waited < PATIENCE_SECONDS; waited += pollSeconds) {
    const { status, results = [], statistics } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Complete') {
      if (results.length >= MOST_ROWS)
        throw new UserError(
          `There are more than ${MOST_ROWS} groups of requests, and CloudWatch Logs Insights gives no more. Leave the consumers out (--no-consumers), or ask for one of them (--consumer), one API (--api) or less time (--since).`,
        );
      return { rows: results.map(rowOf), scannedBytes: statistics?.bytesScanned ?? 0 };
    }
    if (status !== 'Scheduled' && status !== 'Running' && status !== 'Unknown')
      throw new UserError(
        `CloudWatch Logs Insights says of the query: ${status}. Ask for less time (--since).`,
      );
    await sleep(pollSeconds * 1000);
  }
  await logs.send(new StopQueryCommand({ queryId }));
  throw new UserError(
    `CloudWatch Logs Insights has no answer after ${PATIENCE_SECONDS} seconds. Ask for less time (--since).`,
  );
}

const text = (row: Row, field: string): string => row[field] ?? '-';
const number = (row: Row, field: string): number => Number(row[field] ?? 0);

function keyOf(row: Row, question: Question): { consumer?: string; api: string; route?: string } {
  const entries = keyFields(question).map((field) => [field, text(row, field)]);
  return { api: '-', ...Object.fromEntries(entries) };
}

/** @throws UserError when there are no such logs, or the answer is too large or late. */
export async function askUsage(
  logs: CloudWatchLogsClient,
  question: Question,
  pollSeconds = 1,
): Promise<Answer> {
  const { counted, latency } = queries(question);
  const [counts, latencies] = await Promise.all([
    ask(logs, question, counted, pollSeconds),
    ask(logs, question, latency, pollSeconds),
  ]);
  return {
    counted: counts.rows.map((row) => ({
      ...keyOf(row, question),
      status: number(row, log.status),
      cache: text(row, log.cache),
      deny: text(row, log.deny),
      requests: number(row, 'requests'),
      bytesIn: number(row, 'bytesIn'),
      bytesOut: number(row, 'bytesOut'),
    })),
    latencies: latencies.rows.map((row) => ({
      ...keyOf(row, question),
      p50: number(row, 'p50'),
      p95: number(row, 'p95'),
      p99: number(row, 'p99'),
    })),
    scannedBytes: counts.scannedBytes + latencies.scannedBytes,
  };
}
