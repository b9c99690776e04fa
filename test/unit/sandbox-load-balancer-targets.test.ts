import { ErrorLog } from '../../sandbox/load-balancer/error-log';
import {
  type CheckResult,
  type Health,
  matches,
  nextHealth,
  registered,
} from '../../sandbox/load-balancer/health-state';
import { healthReport } from '../../sandbox/load-balancer/report';
import { assertAccepted, inFlight, placementCommands } from '../../sandbox/load-balancer/runtime';
import { SlotTable } from '../../sandbox/load-balancer/slots';

const target = (last: number, port = 8080) => ({ address: `127.20.0.${last}`, port });

describe('health', () => {
  const settings = { intervalSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 2 };
  const pass: CheckResult = { passed: true };
  const fail: CheckResult = { passed: false, reason: 'Target.Timeout', description: 'Request timed out' };
  const follow = (start: Health, ...steps: [CheckResult, number][]) =>
    steps.reduce((health, [result, at]) => nextHealth(health, result, settings, at), start);
  const healthy = follow(registered(0), [pass, 0]);

  it('begins with the registration', () => {
    expect(registered(0)).toMatchObject({ state: 'initial', reason: 'Elb.RegistrationInProgress' });
  });

  it('admits by one success', () => {
    expect(healthy).toEqual({ state: 'healthy', passed: 1, failed: 0, countedAtMilliseconds: 0 });
  });

  it('does not count early failures of a new target', () => {
    const early = follow(registered(0), [fail, 250], [fail, 500], [fail, 9_999]);
    expect(early).toMatchObject({ state: 'initial', reason: 'Elb.InitialHealthChecking', failed: 0 });
    expect(follow(early, [fail, 10_000])).toMatchObject({ state: 'initial', failed: 1 });
    expect(follow(early, [fail, 10_000], [fail, 10_250])).toMatchObject({ state: 'initial', failed: 1 });
    expect(follow(early, [fail, 10_000], [fail, 20_000])).toMatchObject({
      state: 'unhealthy',
      reason: 'Target.Timeout',
      description: 'Request timed out',
    });
  });

  it('gives up a healthy target after failures in a row', () => {
    expect(follow(healthy, [fail, 1])).toMatchObject({ state: 'healthy' });
    expect(follow(healthy, [fail, 1], [pass, 2], [fail, 3])).toMatchObject({ state: 'healthy' });
    expect(follow(healthy, [fail, 1], [fail, 2])).toMatchObject({ state: 'unhealthy' });
  });

  it('takes it back after successes in a row', () => {
    const unhealthy = follow(healthy, [fail, 1], [fail, 2]);
    expect(follow(unhealthy, [pass, 3], [pass, 4])).toMatchObject({
      state: 'unhealthy',
      reason: 'Target.Timeout',
    });
    expect(follow(unhealthy, [pass, 3], [pass, 4], [fail, 5], [pass, 6], [pass, 7])).toMatchObject({
      state: 'unhealthy',
    });
    expect(follow(unhealthy, [pass, 3], [pass, 4], [pass, 5])).toEqual({
      state: 'healthy',
      passed: 3,
      failed: 0,
      countedAtMilliseconds: 5,
    });
  });

  it.each([
    ['200', 200, true],
    ['200', 201, false],
    ['200,202', 202, true],
    ['200,202', 201, false],
    ['200-299', 299, true],
    ['200-299', 300, false],
    ['200-204,301', 301, true],
  ])('%s and %d: %s', (matcher, status, expected) => {
    expect(matches(matcher, status)).toBe(expected);
  });
});

describe('slots', () => {
  it('gives each target a slot, and keeps it while the target drains', () => {
    const table = new SlotTable();
    table.sync([target(1), target(2)], 30);
    table.sync([target(2), target(3)], 30);
    const served = table.slots(() => true).filter(({ serves }) => serves);
    expect(served).toEqual([
      { name: 'target-2', serves: target(2) },
      { name: 'target-3', serves: target(3) },
    ]);
    const [draining] = table.draining();
    expect(draining).toMatchObject({ slot: 'target-1', target: target(1) });
  });

  it('gives a slot away only when its target has left', async () => {
    const table = new SlotTable();
    table.sync([target(1)], 30);
    table.sync([], 30);
    const [seat] = table.draining();
    if (!seat) throw new Error('nothing drains');
    table.sync([target(2)], 30);
    expect(table.registered(target(2))?.slot).toBe('target-2');
    table.release(seat);
    await seat.left;
    table.sync([target(2), target(3)], 30);
    expect(table.registered(target(3))?.slot).toBe('target-1');
  });

  it('tells targets of one address apart by port', () => {
    const table = new SlotTable();
    table.sync([target(1, 8080), target(1, 8081)], 30);
    expect(table.registered(target(1, 8081))?.slot).toBe('target-2');
  });

  it('doubles when it is full', () => {
    const table = new SlotTable();
    table.sync(
      Array.from({ length: 17 }, (_, index) => target(index + 1)),
      30,
    );
    expect(table.slots(() => true)).toHaveLength(32);
  });

  it('serves admitted targets only', () => {
    const table = new SlotTable();
    table.sync([target(1), target(2)], 30);
    const served = table.slots(({ address }) => address === '127.20.0.2').filter(({ serves }) => serves);
    expect(served).toEqual([{ name: 'target-2', serves: target(2) }]);
  });
});

describe('commands', () => {
  it('lets targets come before others go', () => {
    const before = new Map([['g', [{ name: 'a', serves: target(1) }, { name: 'b' }]]]);
    const after = new Map([['g', [{ name: 'a' }, { name: 'b', serves: target(2, 9) }]]]);
    expect(placementCommands(before, after)).toEqual([
      'set server g/b addr 127.20.0.2 port 9',
      'set server g/b state ready',
      'set server g/a state maint',
      'set server g/a addr 127.0.0.1 port 2',
      'set server g/a addr 127.0.0.1 port 1',
    ]);
  });

  it('says nothing when nothing changes', () => {
    const placement = new Map([['g', [{ name: 'a', serves: target(1) }, { name: 'b' }]]]);
    expect(placementCommands(placement, structuredClone(placement))).toEqual([]);
  });

  it('reads requests in flight', () => {
    const text = '# pxname,svname,qcur,qmax,scur,smax,\ng,target-1,0,0,3,4,\ng,target-2,0,0,0,4,\n\n';
    expect(inFlight(text)).toEqual(
      new Map([
        ['target-1', 3],
        ['target-2', 0],
      ]),
    );
    expect(inFlight("Can't find proxy.\n")).toEqual(new Map());
  });

  it('knows a refusal', () => {
    expect(() =>
      assertAccepted("IP changed from '127.0.0.1' to '127.20.0.1' by 'stats socket command'\n\n"),
    ).not.toThrow();
    expect(() => assertAccepted('\nNo such server.\n')).toThrow('HAProxy: No such server.');
  });
});

it('reports targets in the words of DescribeTargetHealth', () => {
  const table = new SlotTable();
  table.sync([target(1), target(2), target(3)], 30);
  table.sync([target(1), target(2)], 30);
  const unused = new SlotTable();
  unused.sync([target(9)], 30);
  const health: Health = {
    state: 'unhealthy',
    reason: 'r',
    description: 'd',
    passed: 0,
    failed: 2,
    countedAtMilliseconds: 0,
  };
  const report = healthReport(
    new Map([
      ['g', table],
      ['u', unused],
    ]),
    new Set(['g']),
    (_, { address }) => (address === '127.20.0.1' ? health : undefined),
  );
  expect(report).toEqual({
    g: [
      { id: '127.20.0.1', port: 8080, state: 'unhealthy', reason: 'r', description: 'd' },
      { id: '127.20.0.2', port: 8080, state: 'initial', reason: null, description: null },
      {
        id: '127.20.0.3',
        port: 8080,
        state: 'draining',
        reason: 'Target.DeregistrationInProgress',
        description: 'Target deregistration is in progress',
      },
    ],
    u: [
      {
        id: '127.20.0.9',
        port: 8080,
        state: 'unused',
        reason: 'Target.NotInUse',
        description: 'Target group is not configured to receive traffic from the load balancer',
      },
    ],
  });
});

describe('the error log', () => {
  const line = (changes: object) =>
    JSON.stringify({
      status: 502,
      termination: 'SH',
      group: 'g',
      target: 't',
      rule: '3',
      method: 'GET',
      path: '/',
      milliseconds: 4,
      ...changes,
    });
  const logged = (...lines: string[]) => {
    const messages: string[] = [];
    const log = new ErrorLog((_, message) => messages.push(message));
    for (const each of lines) log.line(each);
    return messages;
  };

  it('calls a client that left 460, whatever HAProxy answered into the void', () => {
    expect(logged(line({ status: -1, termination: 'CH' }))).toEqual([
      '460: the client left before the answer',
    ]);
    expect(logged(line({ status: 504, termination: 'sH' }))).toEqual([
      '504: the target did not answer in time',
    ]);
  });

  it('passes over what is no line of it', () => {
    expect(logged('[NOTICE] hello', '')).toEqual([]);
  });

  it('holds at most ten lines of one second', () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const messages: string[] = [];
    const log = new ErrorLog((_, message) => messages.push(message));
    for (let index = 0; index < 25; index++) log.line(line({}));
    expect(messages).toHaveLength(10);
    jest.setSystemTime(1_001_000);
    log.line(line({}));
    expect(messages.slice(10)).toEqual([
      '15 more requests failed in that second',
      '502: the target could not be reached, or closed the connection without an answer',
    ]);
    jest.useRealTimers();
  });
});
