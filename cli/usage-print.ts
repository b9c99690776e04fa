/** The usage as tables for people. */
import { table } from './output';
import type { Counts, Usage, UsageRow } from './usage-totals';

/** What callers without a name are called. */
export const ANONYMOUS = 'anonymous';
/** Rows that a person may want to read. */
const MOST_PRINTED = 100;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 kB`. */
export function bytesText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  return `${step > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[step]}`;
}

interface Column {
  readonly head: string;
  readonly cell: (row: UsageRow) => string;
  /** Of all rows; percentiles of percentiles would mean nothing. */
  readonly total?: (total: Counts) => string;
}

const cacheText = ({ cacheHits, cacheHitRatio }: Counts): string =>
  cacheHitRatio === null ? '–' : `${cacheHits} (${Math.round(cacheHitRatio * 100)} %)`;

const counted = (head: string, text: (counts: Counts) => string): Column => ({
  head,
  cell: text,
  total: text,
});

const percentile = (name: 'p50' | 'p95' | 'p99'): Column => ({
  head: `${name} ms`,
  cell: ({ latencyMs }) => (latencyMs ? String(Math.round(latencyMs[name])) : '–'),
});

const API: Column = { head: 'API', cell: ({ api }) => api ?? '(no API)', total: () => 'all' };
const ROUTE: Column = { head: 'route', cell: ({ route }) => route ?? '–' };
const CONSUMER: Column = { head: 'consumer', cell: ({ consumer }) => consumer ?? ANONYMOUS };
const NUMBERS: readonly Column[] = [
  counted('requests', ({ requests }) => String(requests)),
  counted('4xx', ({ errors4xx }) => String(errors4xx)),
  counted('5xx', ({ errors5xx }) => String(errors5xx)),
  counted('refused', ({ refused }) => String(refused)),
  counted('cache hits', cacheText),
  counted('in', ({ bytesIn }) => bytesText(bytesIn)),
  counted('out', ({ bytesOut }) => bytesText(bytesOut)),
  percentile('p50'),
  percentile('p95'),
  percentile('p99'),
];

/** What the rows are told apart by. */
export interface Apart {
  readonly routes: boolean;
  readonly consumers: boolean;
}

const keysOf = ({ routes, consumers }: Apart): Column[] => [
  API,
  ...(routes ? [ROUTE] : []),
  ...(consumers ? [CONSUMER] : []),
];

/** Those with the most requests, in the order that they had. */
function most(rows: readonly UsageRow[]): readonly UsageRow[] {
  const kept = new Set(rows.toSorted((a, b) => b.requests - a.requests).slice(0, MOST_PRINTED));
  return rows.filter((row) => kept.has(row));
}

function refusalTable(rows: readonly UsageRow[], keys: readonly Column[]): string {
  return table(
    ['refused', ...keys.map(({ head }) => head), 'requests'],
    rows.flatMap((row) =>
      Object.entries(row.refusedBy).map(([reason, requests]) => [
        reason,
        ...keys.map(({ cell }) => cell(row)),
        String(requests),
      ]),
    ),
  );
}

/** A table of what was counted, and one of what was refused and why. */
export function usageText({ rows, total }: Usage, apart: Apart): string {
  const keys = keysOf(apart);
  const columns = [...keys, ...NUMBERS];
  const printed = most(rows);
  const left = rows.length - printed.length;
  const counts = table(
    columns.map(({ head }) => head),
    [
      ...printed.map((row) => columns.map(({ cell }) => cell(row))),
      columns.map((column) => column.total?.(total) ?? ''),
    ],
  );
  return [
    counts,
    ...(left > 0 ? [`${left} rows with fewer requests are not shown; --json has them.`] : []),
    ...(total.refused > 0 ? ['', refusalTable(printed, keys)] : []),
  ].join('\n');
}
