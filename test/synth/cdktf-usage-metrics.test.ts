/** What CloudWatch is told to make of the gateways' logs. */
import { resolve } from '../../constructs/blueprint/resolve';
import { LogGroup } from '../../constructs/cdktf/observability';
import { parsed, REGION } from '../unit/environment-fixture';
import { synthesized, synthesizedIn } from './support/terraform-json';

const TYPE = 'aws_cloudwatch_log_metric_filter';
const stack = synthesized(resolve(parsed()));

test('each gateway has its six filters, and nothing else has one', () => {
  expect(stack.counts[TYPE]).toBe(12);
  expect(Object.keys(stack.all(TYPE)).toSorted()).toEqual(
    ['gateway-a', 'gateway-b'].flatMap((member) =>
      ['CacheHits', 'ConsumerRequests', 'Errors5xx', 'Latency', 'Refused', 'Requests'].map(
        (id) => `Gateway_${member}_Logs_${id}`,
      ),
    ),
  );
});

test('a filter reads the log group of its gateway', () => {
  expect(stack.one(`${TYPE}.Gateway_gateway-b_Logs_ConsumerRequests`)).toEqual({
    log_group_name: expect.stringMatching(
      /^\$\{aws_cloudwatch_log_group\.Gateway_gateway-b_Logs_Group_[0-9A-F]{8}\.name\}$/,
    ),
    metric_transformation: {
      dimensions: { Api: '$.api', Consumer: '$.consumer' },
      name: 'Requests',
      namespace: 'Stagecraft/shop',
      unit: 'Count',
      value: '1',
    },
    name: 'ConsumerRequests',
    pattern: '{ ($.total_ms = *) && ($.consumer != "-") && ($.consumer != "jwt:*") && ($.api != "-") }',
  });
  expect(stack.one(`${TYPE}.Gateway_gateway-a_Logs_Latency`)).toMatchObject({
    metric_transformation: { value: '$.total_ms', unit: 'Milliseconds', dimensions: { Api: '$.api' } },
    pattern: '{ ($.total_ms >= 0) && ($.deny = "-") && ($.api != "-") }',
  });
});

test('without usageMetrics there is none', () => {
  const off = synthesized(resolve(parsed([REGION, `${REGION}gateway: { usageMetrics: false }\n`])));
  expect(off.counts[TYPE]).toBeUndefined();
});

test('a filter can be changed before it is made, and is reachable after', () => {
  const logGroup = resolve(parsed()).gateway?.members[0]?.logGroup;
  if (!logGroup) throw new Error('no gateway');
  const own = synthesizedIn((scope) => {
    const made = new LogGroup(scope, 'Logs', {
      logGroup,
      transform: { metricFilter: (config) => ({ ...config, applyOnTransformedLogs: true }) },
    });
    expect(Object.keys(made.metricFilters)).toContain('Refused');
  });
  for (const filter of Object.values(own.all(TYPE))) expect(filter.apply_on_transformed_logs).toBe(true);
});
