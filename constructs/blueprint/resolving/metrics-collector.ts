/**
 * The collector beside each gateway: the AWS Distro for OpenTelemetry reads the data plane's metrics once a minute over
 * the task's own loopback address, and sends them to CloudWatch or to a Prometheus.
 *
 * Sources: https://aws-otel.github.io/docs/getting-started/collector, the READMEs of prometheusreceiver,
 * awsemfexporter, prometheusremotewriteexporter and sigv4authextension in opentelemetry-collector-contrib.
 */
import { stringify } from 'yaml';
import type { DataPlane } from '../../gateway';
import type { PlaneMetrics } from '../../gateway/metrics';
import type { Container, LogGroup, Statement } from '../blueprint';
import { logGroupName, metricsNamespace } from '../names';
import { dnsSuffixOf, partitionOf } from '../regions';
import type { Environment } from '../schema';

const SCRAPE_SECONDS = 60;
/** The collector's heap: near the limit it takes no more metrics rather than memory from the gateway. */
export const COLLECTOR_MIB = 160;
const SPIKE_MIB = 40;
const STOP_SECONDS = 15;

/** A workspace of Amazon Managed Service for Prometheus. */
interface Workspace {
  readonly region: string;
  /** With `*` for an account that an address does not say. */
  readonly arn: string;
}

type Target =
  | { readonly kind: 'cloudwatch' }
  | { readonly kind: 'prometheus'; readonly endpoint: string; readonly workspace?: Workspace };

const workspaceArn = /^arn:[a-z-]+:aps:(?<region>[a-z0-9-]+):\d{12}:workspace\/(?<id>ws-[0-9a-f-]+)$/;
const workspaceAddress =
  /^https:\/\/aps-workspaces\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/workspaces\/(?<id>ws-[0-9a-f-]+)\/api\/v1\/remote_write$/;

function prometheusTarget(written: string): Target {
  const named = workspaceArn.exec(written)?.groups as { region: string; id: string } | undefined;
  if (named) {
    const { region, id } = named;
    const endpoint = `https://aps-workspaces.${region}.${dnsSuffixOf(region)}/workspaces/${id}/api/v1/remote_write`;
    return { kind: 'prometheus', endpoint, workspace: { region, arn: written } };
  }
  const addressed = workspaceAddress.exec(written)?.groups as { region: string; id: string } | undefined;
  if (!addressed) return { kind: 'prometheus', endpoint: written };
  const { region, id } = addressed;
  return {
    kind: 'prometheus',
    endpoint: written,
    workspace: { region, arn: `arn:${partitionOf(region)}:aps:${region}:*:workspace/${id}` },
  };
}

function targetOf({ gateway: { metrics } }: Environment): Target | undefined {
  if (metrics === 'none') return undefined;
  return metrics === 'cloudwatch' ? { kind: 'cloudwatch' } : prometheusTarget(metrics.prometheus);
}

const metricsGroupId = 'gateway-metrics';

/** Where the collectors write what CloudWatch makes metrics of; absent when they do not. */
export function metricsLogGroup(environment: Environment): LogGroup | undefined {
  if (targetOf(environment)?.kind !== 'cloudwatch') return undefined;
  return {
    id: 'MetricsLogs',
    name: logGroupName(environment.name, metricsGroupId),
    retentionDays: environment.logRetentionDays,
  };
}

/** What the collector may do; the other containers of the task could do it, too. */
export function metricsStatements(environment: Environment): Statement[] {
  const target = targetOf(environment);
  if (target === undefined) return [];
  if (target.kind === 'cloudwatch') {
    const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    return [{ sid: 'WriteMetrics', actions, resources: [{ ref: 'metrics-log-group' }] }];
  }
  const { workspace } = target;
  if (workspace === undefined) return [];
  return [{ sid: 'WriteMetrics', actions: ['aps:RemoteWrite'], resources: [{ arn: workspace.arn }] }];
}

const anyOf = (names: readonly string[]): string => names.join('|');

function receiver(plane: DataPlane, member: string, target: Target): object {
  const { path, parameters, internal, chosen } = plane.metrics;
  const names = anyOf(chosen.flatMap((some) => some.names));
  return {
    config: {
      scrape_configs: [
        {
          job_name: 'gateway',
          scrape_interval: `${SCRAPE_SECONDS}s`,
          scrape_timeout: '10s',
          metrics_path: path,
          params: parameters,
          static_configs: [{ targets: [`127.0.0.1:${plane.ports.status}`], labels: { member } }],
          metric_relabel_configs: [
            { source_labels: [internal.label], regex: internal.pattern, action: 'drop' },
            // What has no declaration below would be no metric, but a paid log line all the same.
            ...(target.kind === 'cloudwatch'
              ? [{ source_labels: ['__name__'], regex: names, action: 'keep' }]
              : []),
          ],
        },
      ],
    },
  };
}

const declarations = ({ chosen }: PlaneMetrics): object[] =>
  chosen.map(({ label, names }) => ({
    dimensions: [[label]],
    metric_name_selectors: [`^(?:${anyOf(names)})$`],
  }));

interface Out {
  readonly exporters: Readonly<Record<string, object>>;
  readonly extensions?: Readonly<Record<string, object>>;
}

/** The one exporter, and what it needs beside it. */
function exporter(environment: Environment, plane: DataPlane, member: string, target: Target): Out {
  const { name, region } = environment;
  if (target.kind === 'cloudwatch') {
    const awsemf = {
      region,
      namespace: metricsNamespace(name),
      log_group_name: logGroupName(name, metricsGroupId),
      log_stream_name: member,
      dimension_rollup_option: 'NoDimensionRollup',
      metric_declarations: declarations(plane.metrics),
    };
    return { exporters: { awsemf } };
  }
  const { endpoint, workspace } = target;
  const prometheusremotewrite = {
    endpoint,
    ...(workspace ? { auth: { authenticator: 'sigv4auth' } } : {}),
    // Names stay as the data plane has them.
    add_metric_suffixes: false,
    external_labels: { environment: name, region },
  };
  return {
    exporters: { prometheusremotewrite },
    ...(workspace ? { extensions: { sigv4auth: { region: workspace.region, service: 'aps' } } } : {}),
  };
}

/** `$` begins a variable in the collector's configuration, and `$$` is a `$`. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [escaped(key), escaped(each)]));
}

function configuration(environment: Environment, plane: DataPlane, member: string, target: Target): string {
  const out = exporter(environment, plane, member, target);
  const document = {
    receivers: { prometheus: receiver(plane, member, target) },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: COLLECTOR_MIB, spike_limit_mib: SPIKE_MIB },
      batch: { timeout: '10s' },
    },
    ...out,
    service: {
      ...(out.extensions ? { extensions: Object.keys(out.extensions) } : {}),
      pipelines: {
        metrics: {
          receivers: ['prometheus'],
          processors: ['memory_limiter', 'batch'],
          exporters: Object.keys(out.exporters),
        },
      },
      // Its own metrics would open a port.
      telemetry: { logs: { level: 'warn' }, metrics: { level: 'none' } },
    },
  };
  return stringify(escaped(document), { lineWidth: 0 });
}

/** The collector's container beside a gateway; none without `gateway.metrics`. A gateway serves on without it. */
export function metricsContainers(environment: Environment, plane: DataPlane, member: string): Container[] {
  const target = targetOf(environment);
  if (target === undefined) return [];
  return [
    {
      name: 'metrics',
      image: environment.gateway.metricsImage,
      essential: false,
      ports: [],
      environment: { AOT_CONFIG_CONTENT: configuration(environment, plane, member, target) },
      secrets: {},
      stopTimeoutSeconds: STOP_SECONDS,
    },
  ];
}
