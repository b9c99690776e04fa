/** A sandbox with four APIs and requests to all of them, for the test of what a bad image does. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Deployment,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Agent } from 'undici';
import { awsClients } from '../../../cli/aws';
import { taskAddresses } from '../../../cli/endpoints';
import { loadEnvironment } from '../../../constructs/blueprint/load';
import { resolve } from '../../../constructs/blueprint/resolve';
import type { Stage } from '../../../constructs/blueprint/schema';
import { startDaemon, stopDaemon } from '../../../sandbox/client';
import { sandboxAccess } from '../../../sandbox/credentials';
import type { SandboxPorts } from '../../../sandbox/types';
import { cdkEnvironment, runCdk } from '../../../stacks/aws-cdk/cdk';
import { synthesize } from '../../../stacks/aws-cdk/synthesize';
import { eventually, root } from '../../e2e/support/stagecraft';
import { containerDefinitions } from '../../synth/support/container-definitions';

const REGION = 'eu-central-1';
const HOST = 'api.gate.test';
/** How long a client waits for an answer. */
export const PATIENCE_SECONDS = 8;
export const CLUSTER = 'gate';
/** Each is given a version of its own: two bad images, each as one of the engines would write it. */
export const APIS = ['orders', 'catalog', 'stock', 'users'] as const;
export type ApiName = (typeof APIS)[number];

const listening = (answer: string) =>
  `require('node:http').createServer((q, s) => { ${answer} }).listen(8080, process.env.TASK_ADDRESS);`;
const GOOD = listening("s.end('good')");

const api = (name: string, script: string, policies: string) => `
  ${name}:
    image: registry.example/${name}:1
    command: [node, -e, ${JSON.stringify(script)}]
    paths: [/${name}]
    instances: { min: 2 }
    health: { intervalSeconds: 5, timeoutSeconds: 2, graceSeconds: 0 }
    requestTimeoutSeconds: 10
    policies: ${policies}
    unenforcedBeforeGateway: [authentication]`;

/** The environment; one API may have another script. The fifth brings the key helper along. */
const environmentText = (scripts: Readonly<Partial<Record<ApiName, string>>> = {}): string => `
name: gate
stage: api
region: ${REGION}
network: { cidr: 127.22.0.0/16, zones: [a, b] }
domain: { name: ${HOST}, hostedZone: { id: Z00000000000GATE, name: gate.test } }
deregistrationDelaySeconds: 15
gateway: { graceSeconds: 1 }
identity: { cognito: { domainPrefix: gate-tokens, scopes: { read: Read }, machineClients: {} } }
apis:
${APIS.map((name) => api(name, scripts[name] ?? GOOD, '{ authentication: public }').replace(/\n.*unenforced.*/, '')).join('')}
${api('members', GOOD, '{ authentication: { jwt: { userPool: true, audience: any } } }')}
`;

export class Gate {
  readonly ecs: ECSClient;
  readonly #top = mkdtempSync(path.join(tmpdir(), 'stagecraft-gate-'));
  readonly #aws: ReturnType<typeof awsClients>;
  readonly #cdk: Record<string, string>;
  #stage: Stage = 'api';
  /** A test that fails leaves its own behind. */
  readonly #traffic = new Set<Traffic>();

  private constructor(
    private readonly folder: string,
    private readonly ports: SandboxPorts,
  ) {
    const access = sandboxAccess(folder, REGION, ports.emulator);
    this.#aws = awsClients(access);
    this.ecs = this.#aws.ecs;
    this.#cdk = cdkEnvironment(folder, access);
    writeFileSync(path.join(this.#top, 'gate.yaml'), environmentText());
  }

  static async start(ports: SandboxPorts): Promise<Gate> {
    const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-gate-sandbox-'));
    const options = { folder, projectRoot: root, environment: 'gate', stage: 'api', region: REGION } as const;
    await startDaemon({ ...options, ports, hostedZones: { 'gate.test': 'Z00000000000GATE' } });
    return new Gate(folder, ports);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#traffic].map((one) => one.stop()));
    this.ecs.destroy();
    await stopDaemon(this.folder);
    rmSync(this.#top, { recursive: true, force: true });
  }

  /** With the cdk CLI: the other engine would take longer, and the containers that it writes are compared elsewhere. */
  async deploy(stage: Stage): Promise<void> {
    const assembly = path.join(this.#top, stage);
    synthesize({ environments: this.#top, outdir: assembly, stages: { gate: stage } });
    const cdk = { assembly, environment: this.#cdk };
    if (stage === 'api') await runCdk(cdk, ['bootstrap', `aws://123456789012/${REGION}`]);
    await runCdk(cdk, ['deploy', 'gate', '--require-approval', 'never']);
    this.#stage = stage;
  }

  /** Starts a deployment of an API whose container runs something else, in the words of an engine. */
  async update(name: ApiName, engine: 'cdktf' | 'aws-cdk', script: string): Promise<void> {
    const [{ taskDefinition: before } = {}] = await this.deployments(name);
    const { taskDefinition } = await this.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: before }),
    );
    const containers = taskDefinition?.containerDefinitions ?? [];
    const written =
      engine === 'cdktf'
        ? this.#asTerraformWrites(name, script)
        : containers.map((one) => (one.name === name ? { ...one, command: ['node', '-e', script] } : one));
    const registered = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        ...(taskDefinition as RegisterTaskDefinitionCommandInput),
        containerDefinitions: written,
      }),
    );
    const arn = registered.taskDefinition?.taskDefinitionArn;
    await this.ecs.send(
      new UpdateServiceCommand({ cluster: CLUSTER, service: `gate-${name}`, taskDefinition: arn }),
    );
  }

  #asTerraformWrites(
    name: ApiName,
    script: string,
  ): NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']> {
    const file = path.join(this.#top, 'bad', 'gate.yaml');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, environmentText({ [name]: script }));
    const blueprint = resolve(loadEnvironment(file, this.#stage));
    const service = blueprint.services.find(({ id }) => id === name);
    if (service === undefined) throw new Error(`no service ${name}`);
    const text = containerDefinitions(service.taskDefinition.containers, {
      ...{ region: REGION, logGroupName: service.logGroup.name, logStreamPrefix: name },
    });
    // As Terraform reads it: there two signs stand for one.
    return JSON.parse(text.replace(/([$%])\1\{/g, '$1{'));
  }

  async deployments(name: string): Promise<readonly Deployment[]> {
    const described = await this.ecs.send(
      new DescribeServicesCommand({ cluster: CLUSTER, services: [`gate-${name}`] }),
    );
    return described.services?.[0]?.deployments ?? [];
  }

  /** Resolves when the deployment that is the primary one is complete, and no other is left. */
  async steady(name: string, seconds: number): Promise<Deployment> {
    return eventually(`${name} is steady`, seconds, async () => {
      const [primary, ...others] = await this.deployments(name);
      return others.length === 0 && primary?.rolloutState === 'COMPLETED' ? primary : undefined;
    });
  }

  async tasks(name: string, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<readonly Task[]> {
    const { taskArns = [] } = await this.ecs.send(
      new ListTasksCommand({ cluster: CLUSTER, serviceName: `gate-${name}`, desiredStatus }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.ecs.send(
      new DescribeTasksCommand({ cluster: CLUSTER, tasks: taskArns }),
    );
    return tasks.toSorted((one, other) => ((one.taskArn ?? '') < (other.taskArn ?? '') ? -1 : 1));
  }

  /** How many targets the load balancer sends requests to. */
  async healthyTargets(): Promise<number> {
    const { TargetGroups = [] } = await this.#aws.elb.send(new DescribeTargetGroupsCommand({}));
    const described = await Promise.all(
      TargetGroups.map(({ TargetGroupArn }) =>
        this.#aws.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
      ),
    );
    const targets = described.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
    return targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
  }

  /** Where a client asks at this stage: at each task that runs now, or at the load balancer. */
  async traffic(names: readonly string[]): Promise<Traffic> {
    const traffic =
      this.#stage === 'api'
        ? new Traffic((await Promise.all(names.map((name) => this.#taskUrls(name)))).flat(), new Agent(), {})
        : this.#throughBalancer(names);
    this.#traffic.add(traffic);
    return traffic;
  }

  async #taskUrls(name: string): Promise<string[]> {
    const addresses = await taskAddresses(this.#aws, CLUSTER, `gate-${name}`);
    return addresses.map((address) => `http://${address}:8080/${name}`);
  }

  #throughBalancer(names: readonly string[]): Traffic {
    const ca = readFileSync(path.join(this.folder, 'ca.pem'));
    const agent = new Agent({ connect: { ca, servername: HOST }, headersTimeout: PATIENCE_SECONDS * 1000 });
    const urls = names.map((name) => `https://127.0.0.1:${this.ports.https}/${name}`);
    return new Traffic(urls, agent, { host: `${HOST}:${this.ports.https}` });
  }
}

export interface Answer {
  /** `200 good`, or the error. */
  readonly text: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

/** One request after the other to each address, until it is stopped. */
export class Traffic {
  readonly answers: Answer[] = [];
  #stopped = false;
  readonly #running: Promise<unknown>;

  constructor(
    urls: readonly string[],
    private readonly agent: Agent,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.#running = Promise.all(urls.map((url) => this.#ask(url)));
  }

  async stop(): Promise<readonly Answer[]> {
    this.#stopped = true;
    await this.#running;
    if (!this.agent.closed) await this.agent.close();
    return this.answers;
  }

  async #ask(url: string): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      const { origin, pathname } = new URL(url);
      const sentAtMs = Date.now();
      const text = await this.agent
        .request({ origin, path: `${pathname}?turn=${turn}`, method: 'GET', headers: this.headers })
        .then(async ({ statusCode, body }) => `${statusCode} ${await body.text()}`)
        .catch((error: Error) => error.message);
      this.answers.push({ text, sentAtMs, endedAtMs: Date.now() });
      await delay(20);
    }
  }
}

/** How many answers there were of each kind. */
export function counted(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { text } of answers) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

/** Processes of the task at an address whose command line matches. */
export function processesAt(address: string, command: RegExp): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      try {
        const [variables = '', line = ''] = ['environ', 'cmdline'].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8'),
        );
        return variables.split('\0').includes(`TASK_ADDRESS=${address}`) && command.test(line);
      } catch {
        return false;
      }
    })
    .map(Number);
}
