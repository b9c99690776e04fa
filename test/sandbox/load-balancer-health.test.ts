import { createServer } from 'node:net';
import { GroupLab } from './load-balancer-group';
import { arnOf, forward, group, httpState, Target } from './load-balancer-kit';

const lab = new GroupLab({ https: 5911, http: 5910 }, '127.40.2', 5912);
const { one, two, three, serve, settle, names, reported, reloads } = lab;
const healthCheck = group('g', []).healthCheck;

describe('round robin', () => {
  it('takes the targets in turn', async () => {
    await settle([one, two, three]);
    const bodies = await names(9);
    expect(new Set(bodies.slice(0, 3))).toEqual(new Set(['one', 'two', 'three']));
    expect(bodies.slice(3, 9)).toEqual([...bodies.slice(0, 3), ...bodies.slice(0, 3)]);
  });

  it('follows registration without a reload', async () => {
    await settle([one]);
    const before = reloads();
    await settle([one, two]);
    expect(new Set(await names(4))).toEqual(new Set(['one', 'two']));
    await settle([two]);
    expect(await names(2)).toEqual(['two', 'two']);
    expect(reloads()).toBe(before);
  });

  it('has room for more targets than slots', async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ address: `127.40.3.${index + 1}`, port: 5912 }));
    await lab.bench.become(httpState({ groups: [group('g', [...many, one])], defaultAction: forward('g') }));
    await lab.bench.untilTarget('g', one, 'healthy');
    expect(await names(2)).toEqual(['one', 'one']);
  });
});

describe('health', () => {
  it('admits a new target by one success, long before the interval is over', async () => {
    await settle([one]);
    await serve([one, two], { healthCheck: { ...healthCheck, intervalSeconds: 300, healthyThreshold: 5 } });
    expect(lab.bench.balancer.targetState(arnOf('g'), two.address, two.port)).toBe('initial');
    await lab.bench.untilTarget('g', two, 'healthy');
    expect(reported(two)).toEqual({
      id: two.address,
      port: 5912,
      state: 'healthy',
      reason: null,
      description: null,
    });
  });

  it('sends nothing to a target that is not admitted yet', async () => {
    await settle([one]);
    two.healthStatus = 503;
    await serve([one, two], { healthCheck: { ...healthCheck, intervalSeconds: 300 } });
    await lab.bench.until(() => reported(two)?.reason === 'Elb.InitialHealthChecking');
    expect(reported(two)).toMatchObject({
      state: 'initial',
      description: 'Initial health checks in progress',
    });
    expect(await names(4)).toEqual(['one', 'one', 'one', 'one']);
    two.healthStatus = 200;
    await lab.bench.untilTarget('g', two, 'healthy');
    expect(new Set(await names(4))).toEqual(new Set(['one', 'two']));
  });

  it('takes a target out after failures, and back after successes', async () => {
    await settle([one, two]);
    two.healthStatus = 500;
    await lab.bench.untilTarget('g', two, 'unhealthy');
    await lab.bench.until(() => reported(two)?.state === 'unhealthy');
    expect(reported(two)).toMatchObject({
      reason: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [500]',
    });
    expect(await names(4)).toEqual(['one', 'one', 'one', 'one']);
    two.healthStatus = 200;
    await lab.bench.untilTarget('g', two, 'healthy');
    await lab.bench.until(() => reported(two)?.state === 'healthy');
    expect(new Set(await names(4))).toEqual(new Set(['one', 'two']));
  });

  it('fails open: with no healthy target, all get requests', async () => {
    await settle([one, two]);
    one.healthStatus = 503;
    two.healthStatus = 503;
    await lab.bench.until(() => reported(one)?.state === 'unhealthy' && reported(two)?.state === 'unhealthy');
    expect(new Set(await names(4))).toEqual(new Set(['one', 'two']));
  });

  it.each([
    ['200-299', 204, 'healthy'],
    ['200,202', 202, 'healthy'],
    ['200,202', 204, 'initial'],
  ] as const)('matcher %s, status %d: %s', async (matcher, status, state) => {
    await settle([one]);
    three.healthStatus = status;
    await serve([one, three], { healthCheck: { ...healthCheck, intervalSeconds: 300, matcher } });
    await lab.bench.until(
      () => reported(three)?.state === 'healthy' || reported(three)?.reason === 'Elb.InitialHealthChecking',
    );
    expect(lab.bench.balancer.targetState(arnOf('g'), three.address, three.port)).toBe(state);
  });

  it('asks on another port and from its own address, and says who it is', async () => {
    const side = new Target('side', '127.40.2.1', 5913);
    const asked = new Promise<unknown>((resolve) => {
      side.answer = ({ headers, url, socket }, response) => {
        resolve({ agent: headers['user-agent'], host: headers.host, path: url, from: socket.remoteAddress });
        response.end();
      };
    });
    await side.listen();
    await serve([one], { healthCheck: { ...healthCheck, port: '5913', path: '/ready?deep=1' } });
    expect(await asked).toEqual({
      agent: 'ELB-HealthChecker/2.0',
      host: '127.40.2.1:5913',
      path: '/ready?deep=1',
      from: '127.40.0.10',
    });
    await side.stop();
    await lab.bench.untilTarget('g', one, 'unhealthy');
    await lab.bench.until(() => reported(one)?.reason === 'Target.FailedHealthChecks');
  });

  it('calls a slow answer a timeout', async () => {
    const mute = createServer().listen(5914, '127.40.2.1');
    await serve([], {});
    await lab.bench.become(
      httpState({
        groups: [
          group('g', [{ address: '127.40.2.1', port: 5914 }], {
            healthCheck: { ...healthCheck, timeoutSeconds: 0.1 },
          }),
        ],
        defaultAction: forward('g'),
      }),
    );
    await lab.bench.untilTarget('g', { address: '127.40.2.1', port: 5914 }, 'unhealthy');
    await lab.bench.until(() => JSON.stringify(lab.bench.reports.at(-1)).includes('"Target.Timeout"'));
    mute.close();
  });

  it('does not check a group that no rule names', async () => {
    await settle([one]);
    await lab.bench.become(httpState({ groups: [group('g', [one])] }));
    expect(lab.bench.balancer.targetState(arnOf('g'), one.address, one.port)).toBe('unused');
    expect(reported(one)).toMatchObject({ state: 'unused', reason: 'Target.NotInUse' });
  });

  it('checks a group of weight 0', async () => {
    await serve([]);
    await lab.bench.become(
      httpState({
        groups: [group('g', [one])],
        defaultAction: { type: 'forward', targetGroups: [{ arn: arnOf('g'), weight: 0 }] },
      }),
    );
    await lab.bench.untilTarget('g', one, 'healthy');
  });
});
