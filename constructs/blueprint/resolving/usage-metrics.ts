/**
 * CloudWatch metrics of the usage, made of the gateways' access logs by metric filters.
 *
 * The members write the same metrics, so that a metric is of the pair. Dimensions make a metric for each value that
 * they get: `Api` gets the APIs' names, `Consumer` the names under `consumers:`, whose keys were shown. Callers with a
 * token are not counted by name (`jwt:…`): an issuer may know millions. AWS allows no default value beside dimensions:
 * a minute without a request has no value, not 0.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
 */
import type { AccessLogField } from '../../gateway';
import type { LogGroup, MetricFilter } from '../blueprint';
import { metricsNamespace } from '../names';
import type { Environment } from '../schema';

/** A field of the access log, as a filter pattern names it. */
const at = (field: AccessLogField): string => `$.${field}`;

/** A line of the access log that is of an API; notes at the start are no JSON, and have no fields. */
const OF_API = `(${at('api')} != "-")`;
const REQUEST = `(${at('total_ms')} = *)`;
const BY_API = { Api: at('api') };

interface Counted {
  readonly id: string;
  readonly metric: string;
  readonly conditions: readonly string[];
  readonly value?: string;
  readonly unit?: MetricFilter['metric']['unit'];
  readonly dimensions: Readonly<Record<string, string>>;
}

const counted: readonly Counted[] = [
  { id: 'Requests', metric: 'Requests', conditions: [REQUEST, OF_API], dimensions: BY_API },
  {
    id: 'Errors5xx',
    metric: 'Errors5xx',
    conditions: [`(${at('status')} >= 500)`, OF_API],
    dimensions: BY_API,
  },
  {
    id: 'Refused',
    metric: 'Refused',
    conditions: [`(${at('deny')} = "*")`, `(${at('deny')} != "-")`, OF_API],
    dimensions: BY_API,
  },
  {
    id: 'CacheHits',
    metric: 'CacheHits',
    conditions: [`(${at('cache')} = "HIT")`, OF_API],
    dimensions: BY_API,
  },
  {
    id: 'Latency',
    metric: 'Latency',
    // What was refused took no time, and one negative value would take the percentiles away.
    conditions: [`(${at('total_ms')} >= 0)`, `(${at('deny')} = "-")`, OF_API],
    value: at('total_ms'),
    unit: 'Milliseconds',
    dimensions: BY_API,
  },
  {
    id: 'ConsumerRequests',
    metric: 'Requests',
    conditions: [REQUEST, `(${at('consumer')} != "-")`, `(${at('consumer')} != "jwt:*")`, OF_API],
    dimensions: { ...BY_API, Consumer: at('consumer') },
  },
];

function metricFilters({ name }: Environment): MetricFilter[] {
  return counted.map(({ id, metric, conditions, value = '1', unit = 'Count', dimensions }) => ({
    id,
    name: id,
    pattern: `{ ${conditions.join(' && ')} }`,
    metric: { namespace: metricsNamespace(name), name: metric, value, unit, dimensions },
  }));
}

/** What a gateway's log group has of it. */
export const usageMetrics = (environment: Environment): Pick<LogGroup, 'metricFilters'> =>
  environment.gateway.usageMetrics ? { metricFilters: metricFilters(environment) } : {};
