/** The real provider makes, changes and removes the metric filters, and a second plan has nothing to do. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudWatchLogsClient, DescribeMetricFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import type { LogGroup as Settings } from '../../constructs/blueprint/blueprint';
import { resolve } from '../../constructs/blueprint/resolve';
import { LogGroup } from '../../constructs/cdktf/observability';
import { parsed } from '../unit/environment-fixture';
import { type Emulator, startEmulator } from './support/emulator';
import { Terraform } from './support/terraform';

jest.setTimeout(300_000);

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-metrics-'));
const folder = path.join(scratch, 'stack');
let emulator: Emulator;
let terraform: Terraform;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  mkdirSync(folder);
  emulator = await startEmulator(5201, 'shop.example=Z0123456789SHOP');
  terraform = new Terraform(emulator.environment);
  logs = new CloudWatchLogsClient(emulator.access);
});

afterAll(async () => {
  logs?.destroy();
  terraform?.dispose();
  await emulator?.close();
  rmSync(scratch, { recursive: true, force: true });
});

const settings = resolve(parsed()).gateway?.members[0]?.logGroup as Settings;

/** What was done, and what a second plan would do. */
async function deploy(logGroup: Settings): Promise<[string[], unknown[]]> {
  const stack = new TerraformStack(new App({ outdir: path.join(scratch, 'out'), stackTraces: false }), 'own');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  stack.addOverride('terraform.required_providers.aws.version', '>= 5.100');
  new LogGroup(stack, 'Logs', { logGroup });
  writeFileSync(path.join(folder, 'cdk.tf.json'), Testing.synth(stack));
  if (!existsSync(path.join(folder, '.terraform'))) await terraform.init(folder, { backend: false });
  await terraform.plan(folder);
  const done = await terraform.apply(folder);
  const words = done.map(({ action, address }) => `${action} ${address.replace(/_[0-9A-F]{8}$/, '')}`);
  return [words.toSorted(), await terraform.plan(folder)];
}

const filter = (id: string) => `aws_cloudwatch_log_metric_filter.Logs_${id}`;

test('metric filters are made, changed in place and removed, and each time nothing is left to do', async () => {
  expect(await deploy(settings)).toEqual([
    [
      'create aws_cloudwatch_log_group.Logs_Group',
      ...['CacheHits', 'ConsumerRequests', 'Errors5xx', 'Latency', 'Refused', 'Requests'].map(
        (id) => `create ${filter(id)}`,
      ),
    ],
    [],
  ]);
  const { metricFilters } = await logs.send(
    new DescribeMetricFiltersCommand({ logGroupName: settings.name, filterNamePrefix: 'Latency' }),
  );
  expect(metricFilters).toMatchObject([
    {
      filterPattern: '{ ($.total_ms >= 0) && ($.deny = "-") && ($.api != "-") }',
      metricTransformations: [
        {
          metricNamespace: 'Stagecraft/shop',
          metricName: 'Latency',
          metricValue: '$.total_ms',
          unit: 'Milliseconds',
          dimensions: { Api: '$.api' },
        },
      ],
    },
  ]);
  const [first, ...others] = settings.metricFilters ?? [];
  if (!first) throw new Error('no filter');
  const changed = { ...first, pattern: '{ ($.status = 200) }' };
  expect(await deploy({ ...settings, metricFilters: [changed, ...others.slice(1)] })).toEqual([
    [`delete ${filter('Errors5xx')}`, `update ${filter('Requests')}`],
    [],
  ]);
});
