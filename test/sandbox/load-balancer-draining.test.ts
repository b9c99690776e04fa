import { Agent, request } from 'node:http';
import { GroupLab, held } from './load-balancer-group';
import { arnOf, ask, forward, group, httpState } from './load-balancer-kit';

const lab = new GroupLab({ https: 5931, http: 5930 }, '127.40.8', 5932);
const { one, two, ports, serve, settle, names, reported } = lab;

describe('draining', () => {
  it('lets a target without requests leave at once, and drops its idle connections', async () => {
    await settle([one, two]);
    await names(2);
    const kept = [...two.sockets];
    expect(kept).not.toHaveLength(0);
    const closed = Promise.all(kept.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    await serve([one]);
    await lab.bench.balancer.drained(arnOf('g'), two.address, two.port);
    expect(lab.bench.balancer.targetState(arnOf('g'), two.address, two.port)).toBeUndefined();
    await closed;
  });

  it('lets a request in flight finish, and sends no new one', async () => {
    await settle([one, two]);
    const arrived = held(two);
    const answers = Promise.all([ask(ports.http, '/'), ask(ports.http, '/')]);
    const finish = await arrived;
    await serve([one]);
    expect(lab.bench.balancer.targetState(arnOf('g'), two.address, two.port)).toBe('draining');
    expect(reported(two)).toMatchObject({
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
      description: 'Target deregistration is in progress',
    });
    let left = false;
    const drained = lab.bench.balancer.drained(arnOf('g'), two.address, two.port).then(() => {
      left = true;
    });
    expect(await names(4)).toEqual(['one', 'one', 'one', 'one']);
    expect(left).toBe(false);
    finish();
    expect((await answers).map(({ body }) => body).sort()).toEqual(['late two', 'one']);
    await drained;
    expect(reported(two)).toBeUndefined();
    await Promise.all(
      [...two.sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
  });

  it('cuts a request in flight when the deregistration delay is over', async () => {
    await settle([one], { deregistrationDelaySeconds: 1 });
    const arrived = held(one);
    const answer = ask(ports.http, '/');
    await arrived;
    const startedAt = Date.now();
    await serve([], { deregistrationDelaySeconds: 1 });
    await lab.bench.balancer.drained(arnOf('g'), one.address, one.port);
    expect(Date.now() - startedAt).toBeGreaterThan(900);
    expect(Date.now() - startedAt).toBeLessThan(3000);
    expect((await answer).status).toBe(502);
  });

  it('waits for a deregistration that was not read yet', async () => {
    await settle([one, two]);
    lab.bench.state = httpState({ groups: [group('g', [one])], defaultAction: forward('g') });
    await lab.bench.balancer.drained(arnOf('g'), two.address, two.port);
    expect(lab.bench.balancer.targetState(arnOf('g'), two.address, two.port)).toBeUndefined();
  });

  it('takes a target back while it drains', async () => {
    await settle([one, two]);
    const arrived = held(two);
    const answers = Promise.all([ask(ports.http, '/'), ask(ports.http, '/')]);
    const finish = await arrived;
    await serve([one]);
    two.answer = (_, response) => response.end('two again');
    await serve([one, two]);
    await lab.bench.untilTarget('g', two, 'healthy');
    expect(new Set(await names(4))).toEqual(new Set(['one', 'two again']));
    finish();
    expect((await answers).map(({ body }) => body).sort()).toEqual(['late two', 'one']);
  });

  it('drains through a reload too', async () => {
    await settle([one, two]);
    const arrived = held(two);
    const answers = Promise.all([ask(ports.http, '/'), ask(ports.http, '/')]);
    const finish = await arrived;
    await serve([one], {}, 55);
    expect(lab.bench.balancer.targetState(arnOf('g'), two.address, two.port)).toBe('draining');
    const drained = lab.bench.balancer.drained(arnOf('g'), two.address, two.port);
    expect(await names(2)).toEqual(['one', 'one']);
    finish();
    await drained;
    expect((await answers).map(({ body }) => body).sort()).toEqual(['late two', 'one']);
  });
});

it('keeps connections to targets open', async () => {
  await settle([one]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = () =>
    new Promise<void>((resolve, reject) => {
      request({ host: '127.0.0.1', port: ports.http, agent }, (response) =>
        response.resume().once('end', resolve),
      )
        .once('error', reject)
        .end();
    });
  for (let index = 0; index < 5; index++) await get();
  expect(new Set(one.requests.map(({ socket }) => socket)).size).toBe(1);
  agent.destroy();
});
