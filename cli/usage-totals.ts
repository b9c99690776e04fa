/** Usage of the gateways: what the counted rows of the access log add up to. Pure. */

/** One group of requests that are alike, as the query counts them. `-` in the log means that there is none. */
export interface CountedRow {
  /** Absent when callers are not told apart. */
  readonly consumer?: string;
  readonly api: string;
  /** Absent when routes are not told apart. */
  readonly route?: string;
  /** What the caller got; -1 when it left before. */
  readonly status: number;
  /** `HIT`, `MISS`, `BYPASS`, or `-` without a cache. */
  readonly cache: string;
  /** Why the gateway refused it, or `-`. */
  readonly deny: string;
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How long requests took, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface LatencyRow extends Latency {
  readonly consumer?: string;
  readonly api: string;
  readonly route?: string;
}

export interface Counts {
  readonly requests: number;
  /** Answers 400 to 499, those that the gateway refused with among them. */
  readonly errors4xx: number;
  /** Answers 500 to 599. */
  readonly errors5xx: number;
  /** How many the gateway refused. */
  readonly refused: number;
  /** The same by reason, the most frequent first. */
  readonly refusedBy: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Requests that the cache was passed by for. */
  readonly cacheBypassed: number;
  /** Hits of all that were looked up; null when none was. */
  readonly cacheHitRatio: number | null;
}

export interface UsageRow extends Counts {
  /** Null: the caller has no name. Absent when callers are not told apart. */
  readonly consumer?: string | null;
  /** Null: no API has the path. */
  readonly api: string | null;
  /** Null: the API as a whole. Absent when routes are not told apart. */
  readonly route?: string | null;
  /** Of the requests that were not refused; null when all were. */
  readonly latencyMs: Latency | null;
}

export interface Usage {
  readonly rows: readonly UsageRow[];
  readonly total: Counts;
}

const NONE = '-';
const known = (text: string): string | null => (text === NONE ? null : text);

type Key = Pick<CountedRow, 'consumer' | 'api' | 'route'>;
const keyOf = ({ consumer, api, route }: Key): string =>
  JSON.stringify([consumer ?? null, api, route ?? null]);

const sum = (rows: readonly CountedRow[], value: (row: CountedRow) => number): number =>
  rows.reduce((total, row) => total + value(row), 0);

function refusedBy(rows: readonly CountedRow[]): Record<string, number> {
  const reasons = [...new Set(rows.map(({ deny }) => deny))].filter((deny) => deny !== NONE);
  const counted = reasons.map((reason): [string, number] => [
    reason,
    sum(rows, ({ deny, requests }) => (deny === reason ? requests : 0)),
  ]);
  return Object.fromEntries(counted.sort(([a, many], [b, other]) => other - many || (a < b ? -1 : 1)));
}

function countsOf(rows: readonly CountedRow[]): Counts {
  const requests = (holds: (row: CountedRow) => boolean) =>
    sum(rows, (row) => (holds(row) ? row.requests : 0));
  const cacheHits = requests(({ cache }) => cache === 'HIT');
  const cacheMisses = requests(({ cache }) => cache === 'MISS');
  const lookups = cacheHits + cacheMisses;
  return {
    requests: requests(() => true),
    errors4xx: requests(({ status }) => status >= 400 && status < 500),
    errors5xx: requests(({ status }) => status >= 500 && status < 600),
    refused: requests(({ deny }) => deny !== NONE),
    refusedBy: refusedBy(rows),
    bytesIn: sum(rows, ({ bytesIn }) => bytesIn),
    bytesOut: sum(rows, ({ bytesOut }) => bytesOut),
    cacheHits,
    cacheMisses,
    cacheBypassed: requests(({ cache }) => cache === 'BYPASS'),
    cacheHitRatio: lookups > 0 ? cacheHits / lookups : null,
  };
}

function rowOf(key: Key, rows: readonly CountedRow[], latency: LatencyRow | undefined): UsageRow {
  return {
    ...(key.consumer === undefined ? {} : { consumer: known(key.consumer) }),
    api: known(key.api),
    ...(key.route === undefined ? {} : { route: known(key.route) }),
    ...countsOf(rows),
    latencyMs: latency ? { p50: latency.p50, p95: latency.p95, p99: latency.p99 } : null,
  };
}

/** Names in their order, and what has no name after them. */
const compare = (a: string | null | undefined, b: string | null | undefined): number => {
  if (a === b) return 0;
  if (typeof a !== 'string') return 1;
  return typeof b !== 'string' || a < b ? -1 : 1;
};

/** Whatever order the rows come in, the usage is the same: by API, then route, then consumer. */
export function usageOf(counted: readonly CountedRow[], latencies: readonly LatencyRow[]): Usage {
  const groups = new Map<string, CountedRow[]>();
  for (const row of counted) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const latencyOf = new Map(latencies.map((row) => [keyOf(row), row]));
  const rows = [...groups].map(([key, group]) => rowOf(group[0] as Key, group, latencyOf.get(key)));
  return {
    rows: rows.sort(
      (a, b) => compare(a.api, b.api) || compare(a.route, b.route) || compare(a.consumer, b.consumer),
    ),
    total: countsOf(counted),
  };
}
