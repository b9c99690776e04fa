/**
 * A deploy of an image that cannot serve, at each stage, with real tasks, a real load balancer and real gateways, under
 * requests. What green means: whichever engine wrote the containers, the tasks that served go on serving every request,
 * the deployment is given up and gone back from, and what the command line says of it names the service and the reason.
 * What `stagecraft up` then does is shown with AWS CDK in aws-cdk-sandbox.test.ts.
 */
import { failedRollouts } from '../../cli/rollout';
import type { Stage } from '../../constructs/blueprint/schema';
import { eventually } from '../e2e/support/stagecraft';
import { APIS, type ApiName, CLUSTER, counted, Gate, processesAt } from './support/gate';

const PORTS = { emulator: 5821, https: 5822, http: 5823, dns: 5824 };

/** Starts, listens, and never is healthy. */
const BROKEN =
  "require('node:http').createServer((q, s) => { s.statusCode = 500; s.end('broken') }).listen(8080, process.env.TASK_ADDRESS);";
/** Listens, and ends before its first health check. */
const CRASHING = `${BROKEN} setTimeout(() => process.exit(3), 2500);`;

const VERSIONS: Readonly<Record<ApiName, readonly ['cdktf' | 'aws-cdk', string]>> = {
  orders: ['cdktf', BROKEN],
  catalog: ['cdktf', CRASHING],
  stock: ['aws-cdk', BROKEN],
  users: ['aws-cdk', CRASHING],
};
const REASON = 'ECS deployment circuit breaker: tasks failed to start.';

jest.setTimeout(240_000);

let gate: Gate;
beforeAll(async () => {
  gate = await Gate.start(PORTS);
});
afterAll(() => gate?.stop());

test.each<Stage>(['api', 'load-balanced', 'gateway'])(
  'at stage %s the old tasks serve every request, and the failure is named',
  async (stage) => {
    await gate.deploy(stage);
    const before = await Promise.all(APIS.map((name) => gate.tasks(name)));
    const deployed = await Promise.all(APIS.map((name) => gate.steady(name, 30)));
    const since = new Date();
    const traffic = await gate.traffic(APIS);
    for (const name of APIS) await gate.update(name, ...VERSIONS[name]);
    const after = await Promise.all(APIS.map((name) => gate.steady(name, 120)));
    const answers = await traffic.stop();

    expect(Object.keys(counted(answers))).toEqual(['200 good']);
    expect(answers.length).toBeGreaterThan(200);
    expect(after.map(({ id, taskDefinition }) => [id, taskDefinition])).toEqual(
      deployed.map(({ id, taskDefinition }) => [id, taskDefinition]),
    );
    const now = await Promise.all(APIS.map((name) => gate.tasks(name)));
    const arns = (tasks: typeof now) => tasks.map((own) => own.map(({ taskArn }) => taskArn));
    expect(arns(now)).toEqual(arns(before));
    expect(now.map((own) => own.map(({ healthStatus }) => healthStatus))).toEqual(
      APIS.map(() => ['HEALTHY', 'HEALTHY']),
    );

    const broken = (name: string) => [
      `Task failed container health checks (${name}: exit code 143; ${name}-probe: UNHEALTHY)`,
    ];
    const crashed = (name: string) => [
      `Essential container in task exited (${name}: exit code 3; ${name}-probe: exit code 1)`,
    ];
    const failed = (name: string, stoppedTasks: string[]) => ({
      ...{ service: `gate-${name}`, reason: REASON, wayBack: 'serves', stoppedTasks },
    });
    expect(await failedRollouts(gate.ecs, CLUSTER, since)).toEqual([
      failed('catalog', crashed('catalog')),
      failed('orders', broken('orders')),
      failed('stock', broken('stock')),
      failed('users', crashed('users')),
    ]);
  },
);

describe('of two gateways', () => {
  const addressOf = async (member: string): Promise<string> => {
    const [task] = await gate.tasks(member);
    const details = task?.attachments?.flatMap((one) => one.details ?? []) ?? [];
    return details.find(({ name }) => name === 'privateIPv4Address')?.value ?? '';
  };
  /** A task that runs and is not the one before. */
  const replaced = (member: string, before: string | undefined) =>
    eventually(`another ${member} runs`, 150, async () => {
      const [now] = await gate.tasks(member);
      return now?.lastStatus === 'RUNNING' && now.taskArn !== before ? now : undefined;
    });
  const bothHealthy = () =>
    eventually('both gateways are healthy', 60, async () =>
      (await gate.healthyTargets()) === 2 ? true : undefined,
    );
  const endOf = async (member: string, taskArn: string | undefined) => {
    const ended = (await gate.tasks(member, 'STOPPED')).find((one) => one.taskArn === taskArn);
    return [ended?.stopCode, ended?.stoppedReason];
  };

  test('one whose key helper is killed leaves without a failed request, and comes back', async () => {
    const [before] = await gate.tasks('gateway-b');
    const traffic = await gate.traffic(APIS);
    const helpers = processesAt(await addressOf('gateway-b'), /^node\0--max-old-space-size/);
    expect(helpers).toHaveLength(1);
    process.kill(helpers[0] as number, 'SIGKILL');
    await replaced('gateway-b', before?.taskArn);
    await bothHealthy();
    const answers = await traffic.stop();
    expect(Object.keys(counted(answers))).toEqual(['200 good']);
    expect(await endOf('gateway-b', before?.taskArn)).toEqual([
      'EssentialContainerExited',
      'Essential container in task exited',
    ]);
  });

  test('one that hangs gets no requests after its checks have failed, and is replaced; the other serves', async () => {
    const [before] = await gate.tasks('gateway-a');
    const address = await addressOf('gateway-a');
    const traffic = await gate.traffic(APIS);
    const hung = processesAt(address, /^haproxy\0/);
    // The master and its worker.
    expect(hung).toHaveLength(2);
    for (const pid of hung) process.kill(pid, 'SIGSTOP');
    const hungAtMs = Date.now();
    await replaced('gateway-a', before?.taskArn);
    await bothHealthy();
    const answers = await traffic.stop();
    expect(await endOf('gateway-a', before?.taskArn)).toEqual([
      'ServiceSchedulerInitiated',
      'Task failed ELB health checks',
    ]);
    // A load balancer tries no other target: what it had sent to the one that hangs is lost.
    const lost = answers.filter(({ text }) => text !== '200 good');
    expect(Object.keys(counted(lost))).toEqual(['Headers Timeout Error']);
    // Two checks of 5 s, the second of which waits 2 s; the rest is for a busy machine.
    expect(Math.max(...lost.map(({ sentAtMs }) => sentAtMs - hungAtMs))).toBeLessThan(25_000);
    const served = answers.filter(({ text, sentAtMs }) => text === '200 good' && sentAtMs > hungAtMs);
    expect(served.length).toBeGreaterThan(200);
  });
});
