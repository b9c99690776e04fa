/**
 * The collector beside each gateway. Its program is not run here: what its configuration must look like is what its
 * documentation says (docs/metrics.md names the sources).
 */
import { parse } from 'yaml';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { wholeSize } from '../../constructs/blueprint/rules/rendering';
import { balanced, type Edit, failure, parsed, REGION, shop } from './environment-fixture';

const metrics = (value: string): Edit => [REGION, `${REGION}gateway: { metrics: ${value} }\n`];
const ARN = 'arn:aws:aps:eu-west-1:123456789012:workspace/ws-0a1b2c3d-1111-2222-3333-444455556666';
const ADDRESS =
  'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0a1b2c3d-1111-2222-3333-444455556666/api/v1/remote_write';

const at = (...edits: Edit[]) => resolve(parsed(...edits));
const collector = (blueprint: Blueprint, member = 0) =>
  blueprint.gateway?.members[member]?.taskDefinition.containers.find(({ name }) => name === 'metrics');
const text = (blueprint: Blueprint, member = 0) =>
  collector(blueprint, member)?.environment.AOT_CONFIG_CONTENT ?? '';
const statements = (blueprint: Blueprint) =>
  blueprint.gateway?.members.map(({ taskRole }) => taskRole.statements);

const service = {
  pipelines: { metrics: { receivers: ['prometheus'], processors: ['memory_limiter', 'batch'] } },
  telemetry: { logs: { level: 'warn' }, metrics: { level: 'none' } },
};

test('by default there is none, and the task may do nothing', () => {
  for (const blueprint of [at(), at(metrics('none'))]) {
    expect(collector(blueprint)).toBeUndefined();
    expect(statements(blueprint)).toEqual([[], []]);
    expect(blueprint.data.metricsLogGroup).toBeUndefined();
  }
});

test('before stage gateway there is none', () => {
  const blueprint = at(balanced, metrics('cloudwatch'));
  expect(JSON.stringify(blueprint)).not.toContain('AOT_CONFIG_CONTENT');
});

describe('to CloudWatch', () => {
  const blueprint = at(metrics('cloudwatch'));

  test('a container that the gateway does not need, and that opens nothing', () => {
    expect(collector(blueprint)).toEqual({
      name: 'metrics',
      image: 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
      essential: false,
      ports: [],
      environment: { AOT_CONFIG_CONTENT: expect.any(String) },
      secrets: {},
      stopTimeoutSeconds: 15,
    });
    for (const { securityGroup } of [...(blueprint.gateway?.members ?? [])])
      expect(securityGroup).toEqual(at().gateway?.members[0]?.securityGroup);
  });

  test('reads the gateway over loopback once a minute and sends what is chosen', () => {
    expect(parse(text(blueprint, 1))).toEqual({
      receivers: {
        prometheus: {
          config: {
            scrape_configs: [
              {
                job_name: 'gateway',
                scrape_interval: '60s',
                scrape_timeout: '10s',
                metrics_path: '/metrics',
                params: { scope: ['global', 'frontend', 'backend'], 'no-maint': [''] },
                static_configs: [{ targets: ['127.0.0.1:9000'], labels: { member: 'gateway-b' } }],
                metric_relabel_configs: [
                  { source_labels: ['proxy'], regex: 'gateway\\..*|.*\\.cached', action: 'drop' },
                  {
                    source_labels: ['__name__'],
                    regex: expect.stringMatching(/^haproxy_backend_active_servers\|[a-z_|]+$/),
                    action: 'keep',
                  },
                ],
              },
            ],
          },
        },
      },
      processors: {
        memory_limiter: { check_interval: '1s', limit_mib: 160, spike_limit_mib: 40 },
        batch: { timeout: '10s' },
      },
      exporters: {
        awsemf: {
          region: 'eu-central-1',
          namespace: 'Stagecraft/shop',
          log_group_name: '/stagecraft/shop/gateway-metrics',
          log_stream_name: 'gateway-b',
          dimension_rollup_option: 'NoDimensionRollup',
          metric_declarations: [
            {
              dimensions: [['proxy']],
              metric_name_selectors: [
                '^(?:haproxy_backend_active_servers|haproxy_backend_current_queue|haproxy_backend_current_sessions|haproxy_backend_connection_errors_total|haproxy_backend_response_errors_total|haproxy_backend_retry_warnings_total|haproxy_backend_response_time_average_seconds)$$',
              ],
            },
            {
              dimensions: [['member']],
              metric_name_selectors: [
                '^(?:haproxy_frontend_http_requests_total|haproxy_frontend_current_sessions|haproxy_process_connected_peers|haproxy_process_idle_time_percent|haproxy_process_dropped_logs_total|haproxy_process_failed_resolutions)$$',
              ],
            },
          ],
        },
      },
      service: {
        ...service,
        pipelines: { metrics: { ...service.pipelines.metrics, exporters: ['awsemf'] } },
      },
    });
  });

  test('keeps exactly what it declares', () => {
    const { receivers, exporters } = parse(text(blueprint));
    const [, keep] = receivers.prometheus.config.scrape_configs[0].metric_relabel_configs;
    const declared = exporters.awsemf.metric_declarations.flatMap(
      (one: { metric_name_selectors: string[] }) => one.metric_name_selectors,
    );
    expect(declared.map((selector: string) => selector.slice(4, -3)).join('|')).toBe(keep.regex);
  });

  test('may write to the log group of the metrics, and nothing else', () => {
    const write = {
      sid: 'WriteMetrics',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [{ ref: 'metrics-log-group' }],
    };
    expect(statements(blueprint)).toEqual([[write], [write]]);
    expect(blueprint.data.metricsLogGroup).toEqual({
      id: 'MetricsLogs',
      name: '/stagecraft/shop/gateway-metrics',
      retentionDays: 30,
    });
    for (const { taskRole } of blueprint.services) expect(taskRole.statements).toEqual([]);
  });

  test('is small beside the 64 KB of a task definition', () => {
    expect(Buffer.byteLength(text(blueprint))).toBeLessThan(2500);
  });
});

describe('to Prometheus', () => {
  test.each([
    ['its ARN', ARN, ARN],
    ['its address', ADDRESS, 'arn:aws:aps:eu-west-1:*:workspace/ws-0a1b2c3d-1111-2222-3333-444455556666'],
  ])('a workspace by %s is signed for, and the task may write to it alone', (_, written, arn) => {
    const blueprint = at(metrics(`{ prometheus: "${written}" }`));
    const { exporters, extensions, service: own } = parse(text(blueprint));
    expect(exporters).toEqual({
      prometheusremotewrite: {
        endpoint: ADDRESS,
        auth: { authenticator: 'sigv4auth' },
        add_metric_suffixes: false,
        external_labels: { environment: 'shop', region: 'eu-central-1' },
      },
    });
    expect(extensions).toEqual({ sigv4auth: { region: 'eu-west-1', service: 'aps' } });
    expect(own).toEqual({
      extensions: ['sigv4auth'],
      pipelines: { metrics: { ...service.pipelines.metrics, exporters: ['prometheusremotewrite'] } },
      telemetry: service.telemetry,
    });
    const write = { sid: 'WriteMetrics', actions: ['aps:RemoteWrite'], resources: [{ arn }] };
    expect(statements(blueprint)).toEqual([[write], [write]]);
    expect(blueprint.data.metricsLogGroup).toBeUndefined();
  });

  test('any other is written to as it is, without a signature or a permission', () => {
    const blueprint = at(metrics('{ prometheus: "http://mimir.internal:9009/api/v1/push" }'));
    const document = parse(text(blueprint));
    expect(document.exporters.prometheusremotewrite.endpoint).toBe('http://mimir.internal:9009/api/v1/push');
    expect(document.exporters.prometheusremotewrite).not.toHaveProperty('auth');
    expect(document).not.toHaveProperty('extensions');
    expect(document.service).not.toHaveProperty('extensions');
    expect(statements(blueprint)).toEqual([[], []]);
  });

  test('gets all series, without those of the gateways among themselves', () => {
    const { receivers } = parse(text(at(metrics(`{ prometheus: "${ARN}" }`))));
    expect(receivers.prometheus.config.scrape_configs[0].metric_relabel_configs).toEqual([
      { source_labels: ['proxy'], regex: 'gateway\\..*|.*\\.cached', action: 'drop' },
    ]);
  });

  test('a dollar sign stays one: it would begin a variable', () => {
    const written = text(at(metrics('{ prometheus: "https://mimir.example/$env:HOME/$x/push" }')));
    expect(written).toContain('https://mimir.example/$$env:HOME/$$x/push');
    expect(written.replaceAll('$$', '')).not.toContain('$');
  });

  test.each([
    'ftp://mimir.example/push',
    'https://user:secret@mimir.example/push',
    'https://mimir.example',
    'https://mimir.example/push?token=secret',
    'arn:aws:aps:eu-west-1:123456789012:workspace/',
    'arn:aws:s3:::bucket',
    'https://mimir.example/a b',
  ])('%s is refused', (address) => {
    const { problems } = failure(shop(metrics(`{ prometheus: "${address}" }`)));
    expect(problems.map(({ path }) => path.join('.'))).toEqual(['gateway.metrics.prometheus']);
  });
});

test('what it is written wrong is told with what may be written', () => {
  const { message } = failure(shop(metrics('datadog')));
  expect(message).toContain('gateway.metrics');
  expect(message).toMatch(/cloudwatch/);
});

describe('beside the gateway', () => {
  test('it leaves the cache less memory', () => {
    const memory = (more: string): Edit => [REGION, `${REGION}gateway: { cacheMiB: 700, ${more} }\n`];
    expect(at(memory('metrics: none')).gateway?.members).toHaveLength(2);
    const { problems } = failure(shop(memory('metrics: cloudwatch')));
    expect(problems.map(({ code, allowed }) => [code, allowed])).toEqual([
      ['CACHE_MEMORY', '672 with this memory'],
    ]);
  });

  test('it must fit into the task definition with it', () => {
    const [member] = at(metrics('cloudwatch')).gateway?.members ?? [];
    if (!member) throw new Error('no member');
    const { taskDefinition } = member;
    const [gateway, ...beside] = taskDefinition.containers;
    const grown = (bytes: number, others = beside) => {
      const environment = { ...gateway?.environment, LARGE: 'x'.repeat(bytes) };
      const containers = [{ ...gateway, environment }, ...others] as typeof taskDefinition.containers;
      return wholeSize({ ...member, taskDefinition: { ...taskDefinition, containers } });
    };
    expect(grown(0)).toEqual([]);
    expect(grown(50_000, [])).toEqual([]);
    expect(grown(50_500)).toMatchObject([
      { code: 'GATEWAY_TOO_LARGE', path: ['apis'], allowed: 'up to 65536 bytes' },
    ]);
    expect(grown(50_500)[0]?.message).toContain('the containers beside it (`metrics`)');
  });
});

test('another image is taken where it is named', () => {
  const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror/aws-otel-collector:v0.49.0';
  const blueprint = at([REGION, `${REGION}gateway: { metrics: cloudwatch, metricsImage: "${image}" }\n`]);
  expect(collector(blueprint)?.image).toBe(image);
  const pull = blueprint.gateway?.members[0]?.executionRole.statements.find(({ sid }) => sid === 'PullImage');
  expect(pull?.resources).toEqual([
    { arn: 'arn:aws:ecr:eu-central-1:123456789012:repository/mirror/aws-otel-collector' },
  ]);
});
