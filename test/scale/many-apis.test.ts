/**
 * Hundreds of APIs in the sandbox: `npm run test:many-apis`, or fewer of them with `MANY_APIS=20`. Green means that the cdk
 * CLI deploys them, each answers through the load balancer and either gateway, and stages and APIs come and go without a
 * failed request: also in one deploy that leaves what the rules of a load balancer can hold, and in one that comes back.
 * Says how long it took and how much memory it needed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent } from 'undici';
import type { Stage } from '../../constructs/blueprint/schema';
import { projectAt } from '../../stacks/project';
import { answersDuring } from '../e2e/support/during';
import { PORTS, root, run } from '../e2e/support/stagecraft';
import { apiName, manyApis } from '../synth/support/small-apis';

const { MANY_APIS = '300' } = process.env;
const COUNT = Number(MANY_APIS);
/** As many as the rules of a load balancer can hold, and one more. */
const BORDER = Math.min(49, COUNT);
const HOUR = 3_600_000;
const HOST = 'api.many.test';
const PAUSE_MS = 20;

jest.setTimeout(HOUR);

const environments = mkdtempSync(path.join(tmpdir(), 'stagecraft-many-'));
const { sandbox: folder } = projectAt(root);

/** A server of 6 MB: hundreds of it are processes on this machine. */
const server = (api: string) => [
  'bash',
  '-c',
  `exec haproxy -db -f <(printf '%s\\n' 'defaults' ' mode http' ' timeout client 1m' ' timeout server 1m' ' timeout connect 5s' 'frontend all' ' bind "'"$TASK_ADDRESS"':8080"' ' http-request return status 200 content-type text/plain string ${api}')`,
];

interface Up {
  readonly good: boolean;
  readonly changes: {
    readonly add: number;
    readonly change: number;
    readonly remove: number;
    readonly replace: number;
  };
  readonly claims: readonly { readonly id: string; readonly result: string; readonly evidence: string }[];
}

async function stagecraft(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, ['bin/stagecraft.js', ...args], {
    env: { STAGECRAFT_ENVIRONMENTS: environments },
    timeoutSeconds: HOUR / 1000,
  });
  if (code !== 0) throw new Error(`exit ${code}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`);
  return stdout;
}

async function up(count: number, stage: Stage): Promise<Up> {
  writeFileSync(
    path.join(environments, 'many.yaml'),
    manyApis({ count, nested: 30, command: server, cidr: '127.46.0.0/16' }),
  );
  const started = performance.now();
  const args = ['up', '--environment', 'many', '--engine', 'aws-cdk', '--stage', stage, ...PORTS, '--json'];
  const result = JSON.parse(await stagecraft(args)) as Up;
  say(`up to ${stage} with ${count} APIs: ${seconds(started)} s, ${processes()}`);
  return result;
}

const seconds = (since: number) => Math.round((performance.now() - since) / 1000);
const say = (text: string) => process.stdout.write(`many APIs: ${text}\n`);

/** What runs here of tasks, gateways, balancer and emulator. */
function processes(): string {
  const lines = execFileSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8' }).split('\n');
  const own = lines.filter((line) => /haproxy|probe 8080|sandbox\/(?:daemon|emulator)/.test(line));
  const kilobytes = own.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
  return `${own.length} processes of ${Math.round(kilobytes / 1024)} MB`;
}

let agent: Agent;

const connect = () =>
  new Agent({
    connect: { ca: readFileSync(path.join(folder, 'ca.pem')), servername: HOST },
    headersTimeout: 10_000,
  });

interface Answer {
  readonly status: number;
  readonly via: string;
  readonly type: string;
  readonly text: string;
}

async function ask(target: string): Promise<Answer> {
  const { statusCode, headers, body } = await agent.request({
    origin: 'https://127.0.0.1:18443',
    path: target,
    method: 'GET',
    headers: { host: `${HOST}:18443` },
  });
  return {
    status: statusCode,
    via: String(headers.via ?? ''),
    type: String(headers['content-type']),
    text: await body.text(),
  };
}

/** What is wrong with the answers of all APIs, asked twice, and which gateways there were. */
async function faults(
  count: number,
): Promise<{ readonly wrong: readonly string[]; readonly via: readonly string[] }> {
  const wrong: string[] = [];
  const via = new Set<string>();
  for (const name of Array.from({ length: 2 * count }, (_, index) => apiName(index % count))) {
    const answer = await ask(`/${name}`);
    via.add(answer.via);
    if (answer.status !== 200 || answer.text !== name) wrong.push(`${name}: ${answer.status} ${answer.text}`);
  }
  return { wrong, via: [...via].toSorted() };
}

/** How three of the APIs answered while something was done. */
const whileAsked = (work: Promise<unknown>): Promise<Record<string, number>> => {
  const asked = [0, Math.floor(BORDER / 2), BORDER - 2].map(apiName);
  return answersDuring(
    work,
    async (turn) => {
      const name = asked[turn % asked.length] as string;
      const { status, text } = await ask(`/${name}`);
      return `${status} ${text === name ? 'as it should be' : text}`;
    },
    PAUSE_MS,
  );
};

const GOOD = '200 as it should be';
const BOTH = ['1.1 gateway-a', '1.1 gateway-b'];

afterAll(async () => {
  await agent?.close();
  await stagecraft(['down']);
  rmSync(environments, { recursive: true });
}, 600_000);

async function expectGood(result: Up): Promise<void> {
  expect(result.claims.filter((claim) => claim.result === 'fails')).toEqual([]);
  expect(result.good).toBe(true);
  expect(result.changes.replace).toBe(0);
}

describe(`${COUNT} APIs`, () => {
  test('are brought up at stage gateway, and all claims hold', async () => {
    // One deploy changes at most 2,500 resources: those of 300 APIs are more.
    for (const count of new Set([Math.min(COUNT, 200), COUNT])) await expectGood(await up(count, 'gateway'));
    agent = connect();
  });

  test('answer, each by both gateways', async () => {
    expect(await faults(COUNT)).toEqual({ wrong: [], via: BOTH });
  });

  test('leave what is of no API to the gateways', async () => {
    const { status, via, type, text } = await ask('/nobody');
    expect([status, type, JSON.parse(text).detail]).toEqual([
      404,
      'application/problem+json',
      'No API answers here.',
    ]);
    expect(BOTH).toContain(via);
  });

  test('let one more come and go while they are asked', async () => {
    for (const count of [COUNT + 1, COUNT]) {
      const answers = await whileAsked(up(count, 'gateway').then(expectGood));
      say(`asked while there came to be ${count}: ${JSON.stringify(answers)}`);
      expect(Object.keys(answers)).toEqual([GOOD]);
    }
    expect((await ask(`/${apiName(COUNT)}`)).status).toBe(404);
  });
});

describe('over what the rules of a load balancer hold, and back, in one deploy each', () => {
  test.each<[string, number, Stage]>([
    ['they go to where they all have a rule', BORDER, 'load-balanced'],
    ['the stage changes and one more API comes', BORDER + 1, 'gateway'],
    ['the stage changes back and it goes', BORDER, 'load-balanced'],
  ])('%s', async (_, count, stage) => {
    const answers = await whileAsked(up(count, stage).then(expectGood));
    say(`asked on the way to ${count} at ${stage}: ${JSON.stringify(answers)}`);
    expect(Object.keys(answers)).toEqual([GOOD]);
    const { wrong, via } = await faults(count);
    expect([wrong, via]).toEqual([[], stage === 'gateway' ? BOTH : ['']]);
  });
});
