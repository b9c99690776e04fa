/** AWS for a test: the sandbox's emulator, and services that are steady as soon as they are deployed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import {
  DescribeServicesCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Stage } from '../../../constructs/blueprint/schema';
import { newCredentials, type SandboxAccess } from '../../../sandbox/credentials';
import { signedFetch } from '../../../sandbox/signed-fetch';

const LAUNCHER =
  process.env.SCRATCH_LAUNCHER ?? path.resolve(__dirname, '../../../sandbox/emulator/launcher.py');

/** By a service's name: for each target group that ECS registers its tasks in, whether it is there. */
export type Registrations = Readonly<Record<string, readonly ('there' | 'gone')[]>>;

/** A call that does not end as it should. */
export interface Fault {
  /** Refused; done, but the answer is lost; the same with an error that clients try again after; done after a while. */
  readonly kind: 'fail' | 'lose' | 'again' | 'delay';
  /** A pattern: `ecs`, `*`. @default all */
  readonly service?: string;
  /** A pattern: `CreateService`, `Create*`. @default all that change something */
  readonly action?: string;
  /** How many of the calls that match pass before. @default 0 */
  readonly skip?: number;
  /** How many of the calls that match then. @default 1 */
  readonly times?: number;
  /** The first call of each action that matches, in place of a number of times. */
  readonly firstOfEach?: boolean;
  readonly code?: string;
  readonly message?: string;
  /** Of a delay. */
  readonly seconds?: number;
}

export interface Injected {
  readonly kind: Fault['kind'];
  readonly service: string;
  readonly action: string;
}

export interface Emulator {
  readonly endpoint: string;
  readonly access: SandboxAccess;
  /** What Terraform and the AWS SDKs need to find it. */
  readonly environment: Readonly<Record<string, string>>;
  unsupported(): Promise<unknown[]>;
  registrations(): Promise<Registrations>;
  /** Lets calls fail from now on, in place of those that were let fail before. See sandbox/emulator/faults.py. */
  inject(faults: readonly Fault[]): Promise<void>;
  /** The calls that failed since then. */
  injected(): Promise<readonly Injected[]>;
  close(): Promise<void>;
}

/** Whom the load balancer finds at each stage of an environment `shop` with the APIs `orders` and `catalog`. */
export const SHOP_REGISTRATIONS: Readonly<Record<Stage, Registrations>> = {
  api: { 'shop-catalog': [], 'shop-orders': [] },
  'load-balanced': { 'shop-catalog': ['there'], 'shop-orders': ['there'] },
  gateway: {
    'shop-catalog': [],
    'shop-gateway-a': ['there'],
    'shop-gateway-b': ['there'],
    'shop-orders': [],
  },
};

export async function startEmulator(port: number, hostedZone: string): Promise<Emulator> {
  const endpoint = `http://localhost:${port}`;
  const credentials = newCredentials();
  const access = { region: 'eu-central-1', endpoint, credentials };
  const child = spawn(
    'python3',
    [
      LAUNCHER,
      '--port',
      String(port),
      '--region',
      'eu-central-1',
      '--hosted-zone',
      hostedZone,
      '--parent-pid',
      String(process.pid),
      '--faults',
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  );
  await ready(child, access);
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const controller = new SteadyServices(access);
  return {
    endpoint,
    access,
    environment,
    registrations: () => registrations(access),
    unsupported: async () =>
      (await signedFetch(access, 'sandbox', '/_sandbox/unsupported')).json() as Promise<unknown[]>,
    inject: async (faults) => {
      const answer = await signedFetch(access, 'sandbox', '/_sandbox/faults', {
        method: 'PUT',
        body: JSON.stringify(faults),
      });
      if (!answer.ok) throw new Error(`The emulator takes no faults: ${await answer.text()}`);
    },
    injected: async () =>
      (await signedFetch(access, 'sandbox', '/_sandbox/faults')).json() as Promise<Injected[]>,
    close: async () => {
      await controller.close();
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function registrations(access: SandboxAccess): Promise<Registrations> {
  const elb = new ElasticLoadBalancingV2Client(access);
  const ecs = new ECSClient(access);
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const there = new Set(TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn));
  const found: Record<string, readonly ('there' | 'gone')[]> = {};
  for (const service of await servicesOf(ecs)) {
    found[service.serviceName as string] = (service.loadBalancers ?? []).map(({ targetGroupArn }) =>
      there.has(targetGroupArn) ? 'there' : 'gone',
    );
  }
  elb.destroy();
  ecs.destroy();
  return found;
}

async function servicesOf(ecs: ECSClient): Promise<Service[]> {
  const services: Service[] = [];
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  for (const cluster of clusterArns) {
    const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
    if (serviceArns.length === 0) continue;
    const described = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
    services.push(...(described.services ?? []));
  }
  return services;
}

async function ready(child: ChildProcess, access: SandboxAccess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The emulator ended with code ${child.exitCode}.`);
    const answer = await signedFetch(access, 'sandbox', '/_sandbox/health').catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error('The emulator was not ready within 30 s.');
}

/** Stands for the tasks controller: says of each deployment that it is done, whenever something has changed. */
class SteadyServices {
  readonly #ecs: ECSClient;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(private readonly access: SandboxAccess) {
    this.#ecs = new ECSClient(access);
    this.#done = this.#follow();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    this.#ecs.destroy();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    let revision = -1;
    while (!signal.aborted) {
      try {
        const path = `/_sandbox/changes?after=${revision}&timeoutSeconds=20`;
        const answer = await signedFetch(this.access, 'sandbox', path, { signal });
        revision = ((await answer.json()) as { revision: number }).revision;
        const body = JSON.stringify(await this.#report());
        const request = { method: 'PUT', body, signal };
        await signedFetch(this.access, 'sandbox', '/_sandbox/ecs/services', request);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #report(): Promise<Record<string, unknown>> {
    const report: Record<string, unknown> = {};
    for (const service of await servicesOf(this.#ecs)) {
      const deployments = (service.deployments ?? [])
        .filter((deployment) => deployment.status === 'PRIMARY')
        .map((deployment) => ({
          id: deployment.id,
          runningCount: service.desiredCount,
          pendingCount: 0,
          failedTasks: 0,
          rolloutState: 'COMPLETED',
          rolloutStateReason: 'steady',
        }));
      report[service.serviceArn as string] = { deployments, tasks: [], events: [] };
    }
    return report;
  }
}
