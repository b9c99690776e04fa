/** A deploy of what cannot serve, by the command line, while callers ask. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { awsClients } from '../../../cli/aws';
import { taskAddresses } from '../../../cli/endpoints';
import type { Stage } from '../../../constructs/blueprint/schema';
import { sandboxAccess } from '../../../sandbox/credentials';
import {
  type BadImages,
  failedServices,
  failuresOf,
  SAMPLE_APIS,
  type SampleApi,
  untouchedBy,
  withBadImages,
} from './bad-images';
import { answersDuring } from './during';
import type { Run } from './stagecraft';

/** Those that deploy into the sandbox here. */
type Engine = 'cdktf' | 'aws-cdk';

/** A sandbox that is up, of the sample environment. */
export interface Sandbox {
  readonly engine: Engine;
  /** `.stagecraft/sandbox` */
  readonly folder: string;
  readonly ports: { readonly https: number; readonly emulator: number };
  /** Of the environment file that is deployed. */
  readonly text: () => string;
  /** Runs a command of the command line to its end. */
  readonly stagecraft: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Run>;
}

/** How an API answered. */
export interface Served {
  /** `200 orders`: the status, and who says that it answers. */
  readonly answers: Readonly<Record<string, number>>;
  /** The instances that answered, sorted. */
  readonly instances: readonly string[];
}

export type ByApi<T> = Readonly<Record<SampleApi, T>>;

const HOST = 'api.sandbox.test';
const REGION = 'eu-central-1';
/** How long a client waits for an answer. */
const PATIENCE_MS = 10_000;
/** The gateways let a caller of `orders` have 20 in 10 s, and the command line's own claims need some. */
const LIMITED_PAUSE_MS = 1000;
const PAUSE_MS = 20;

interface Source {
  /** Asked in turn. */
  readonly origins: readonly string[];
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly pauseMs: number;
}

/** At stage `api` each task is asked, later the load balancer. */
async function sourceOf(sandbox: Sandbox, stage: Stage, api: SampleApi): Promise<Source> {
  const { folder, ports } = sandbox;
  if (stage === 'api') {
    const aws = awsClients(sandboxAccess(folder, REGION, ports.emulator));
    const addresses = await taskAddresses(aws, 'sandbox', `sandbox-${api}`);
    for (const client of Object.values(aws)) client.destroy();
    const agent = new Agent({ headersTimeout: PATIENCE_MS });
    return {
      origins: addresses.map((one) => `http://${one}:8080`),
      ...{ agent, headers: {}, pauseMs: PAUSE_MS },
    };
  }
  const origins = [`https://127.0.0.1:${ports.https}`];
  const ca = readFileSync(join(folder, 'ca.pem'));
  const agent = new Agent({ connect: { ca, servername: HOST }, headersTimeout: PATIENCE_MS });
  const host = `${HOST}:${ports.https}`;
  if (stage === 'load-balanced' || api === 'catalog')
    return { origins, agent, headers: { host }, pauseMs: PAUSE_MS };
  const { stdout } = await sandbox.stagecraft(['token', '--client', 'reading']);
  const authorization = `Bearer ${stdout.trim()}`;
  return { origins, agent, headers: { host, authorization }, pauseMs: LIMITED_PAUSE_MS };
}

/** Asks an API until the work is done. */
async function serving(
  api: SampleApi,
  { origins, agent, headers, pauseMs }: Source,
  work: Promise<unknown>,
): Promise<Served> {
  const instances = new Set<string>();
  const answers = await answersDuring(
    work,
    async (turn) => {
      const origin = origins[turn % origins.length] ?? '';
      const path = `/${api}?during=${turn}`;
      const { statusCode, body } = await agent.request({ origin, path, method: 'GET', headers });
      const text = await body.text();
      if (statusCode !== 200) return `${statusCode} ${text.slice(0, 200)}`;
      const answer = JSON.parse(text) as { api: string; instance: string };
      instances.add(answer.instance);
      return `200 ${answer.api}`;
    },
    pauseMs,
  );
  await agent.close();
  return { answers, instances: [...instances].toSorted() };
}

/** Runs a command while both APIs are asked all the time. */
export async function whileAsked<T>(
  sandbox: Sandbox,
  stage: Stage,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly served: ByApi<Served> }> {
  const sources = {
    orders: await sourceOf(sandbox, stage, 'orders'),
    catalog: await sourceOf(sandbox, stage, 'catalog'),
  };
  const result = work();
  const [orders, catalog] = await Promise.all(SAMPLE_APIS.map((api) => serving(api, sources[api], result)));
  return { result: await result, served: { orders: orders as Served, catalog: catalog as Served } };
}

/** `up` with another environment file than the one that is deployed. */
export async function upWith(sandbox: Sandbox, stage: Stage, text: string): Promise<Run> {
  const environments = mkdtempSync(join(tmpdir(), 'stagecraft-bad-'));
  try {
    writeFileSync(join(environments, 'sandbox.yaml'), text);
    return await sandbox.stagecraft(['up', '--stage', stage], { STAGECRAFT_ENVIRONMENTS: environments });
  } finally {
    rmSync(environments, { recursive: true });
  }
}

type Deploys = readonly BadImages[];

/** Each image alone. */
const ALONE: Deploys = [{ catalog: 'crashing' }, { catalog: 'never-healthy' }];
const ALONE_AT: Readonly<Record<Stage, Deploys>> = {
  api: ALONE,
  'load-balanced': ALONE,
  gateway: [...ALONE, { gateway: 'crashing' }],
};
/** What `npm test` has the time for: both images with both engines. */
const SHORT: Readonly<Record<Engine, Readonly<Record<Stage, Deploys>>>> = {
  cdktf: {
    api: [{ catalog: 'crashing' }],
    'load-balanced': [{ catalog: 'never-healthy' }],
    gateway: [{ catalog: 'crashing' }, { gateway: 'crashing' }],
  },
  'aws-cdk': {
    api: [{ catalog: 'crashing' }],
    'load-balanced': [{ catalog: 'crashing' }],
    gateway: [{ catalog: 'never-healthy' }],
  },
};

/** Which bad images are deployed, in one deploy each. With STAGECRAFT_BAD_IMAGES=all each alone, at every stage. */
export const badDeploys = (engine: Engine, stage: Stage): Deploys =>
  process.env.STAGECRAFT_BAD_IMAGES === 'all' ? ALONE_AT[stage] : SHORT[engine][stage];

const FEWEST_ANSWERS = { orders: 20, catalog: 100 } as const satisfies Record<SampleApi, number>;

/** All that was asked was answered by the API itself. */
export function expectServed(served: ByApi<Served>): void {
  for (const api of SAMPLE_APIS) expect(Object.keys(served[api].answers)).toEqual([`200 ${api}`]);
}

/**
 * Deploys bad images: the deploy fails, and names each service that failed, no other, and why; those that served before
 * serve every request.
 *
 * @returns the instances that serve
 */
export async function expectRefused(
  sandbox: Sandbox,
  stage: Stage,
  images: BadImages,
): Promise<ByApi<readonly string[]>> {
  const bad = withBadImages(sandbox.text(), images);
  const { result, served } = await whileAsked(sandbox, stage, () => upWith(sandbox, stage, bad));
  for (const failure of failuresOf(images)) expect(result.stderr).toContain(failure);
  // The apply itself has failed, as it does for whoever runs Terraform alone.
  if (sandbox.engine === 'cdktf') {
    for (const service of failedServices(images)) {
      expect(result.stderr).toContain(`The deploy of service sandbox-${service} failed: ECS went back`);
    }
  }
  for (const service of untouchedBy(images)) expect(result.stderr).not.toContain(`sandbox-${service} failed`);
  expect(result.code).toBe(1);
  expectServed(served);
  for (const api of SAMPLE_APIS) {
    expect(served[api].answers[`200 ${api}`]).toBeGreaterThan(FEWEST_ANSWERS[api]);
    expect(served[api].instances).toHaveLength(2);
  }
  return { orders: served.orders.instances, catalog: served.catalog.instances };
}
