/**
 * The real provider asks a second time when a connection broke after ECS had made its service. What green means: it
 * sends the same token, so ECS gives it the service that it has made, and not "Creation of service was not idempotent."
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Emulator, startEmulator } from './support/emulator';
import { Terraform } from './support/terraform';

jest.setTimeout(180_000);

const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-asked-again-'));
let emulator: Emulator;
let terraform: Terraform;

/** Nothing but a service, and what it cannot be without. */
const CONFIGURATION = {
  terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100' } } },
  provider: { aws: { region: 'eu-central-1' } },
  resource: {
    aws_vpc: { main: { cidr_block: '10.20.0.0/16' } },
    aws_subnet: { main: { vpc_id: `\${aws_vpc.main.id}`, cidr_block: '10.20.0.0/24' } },
    aws_ecs_cluster: { main: { name: 'main' } },
    aws_ecs_task_definition: {
      orders: {
        family: 'orders',
        requires_compatibilities: ['FARGATE'],
        network_mode: 'awsvpc',
        cpu: 256,
        memory: 512,
        container_definitions: JSON.stringify([
          { name: 'app', image: 'registry.example/orders:1', essential: true },
        ]),
      },
    },
    aws_ecs_service: {
      orders: {
        name: 'orders',
        cluster: `\${aws_ecs_cluster.main.arn}`,
        task_definition: `\${aws_ecs_task_definition.orders.arn}`,
        desired_count: 0,
        launch_type: 'FARGATE',
        network_configuration: { subnets: [`\${aws_subnet.main.id}`] },
      },
    },
  },
};

beforeAll(async () => {
  emulator = await startEmulator(5807, 'shop.example=Z0123456789SHOP');
  terraform = new Terraform({ ...emulator.environment, AWS_MAX_ATTEMPTS: '2' });
  writeFileSync(path.join(folder, 'main.tf.json'), JSON.stringify(CONFIGURATION));
  await terraform.init(folder, { backend: false });
});

afterAll(async () => {
  terraform?.dispose();
  await emulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a service whose first answer is lost is made once, and nothing is left to do', async () => {
  await terraform.plan(folder);
  await emulator.inject([{ kind: 'again', service: 'ecs', action: 'CreateService' }]);
  const done = await terraform.apply(folder);
  expect(await emulator.injected()).toEqual([{ kind: 'again', service: 'ecs', action: 'CreateService' }]);
  expect(done.map(({ action, address }) => `${action} ${address}`).toSorted()).toEqual([
    'create aws_ecs_cluster.main',
    'create aws_ecs_service.orders',
    'create aws_ecs_task_definition.orders',
    'create aws_subnet.main',
    'create aws_vpc.main',
  ]);
  expect(await terraform.plan(folder)).toEqual([]);
});
