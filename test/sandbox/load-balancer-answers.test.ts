import { request } from 'node:http';
import { createServer } from 'node:net';
import { GroupLab, held } from './load-balancer-group';
import { arnOf, ask, forward, group, httpState, raw } from './load-balancer-kit';

const lab = new GroupLab({ https: 5925, http: 5926 }, '127.40.7', 5927);
const { one, ports, settle } = lab;
const healthCheck = group('g', []).healthCheck;

describe('what it answers for a target', () => {
  it('503 without registered targets', async () => {
    await settle([]);
    const answer = await ask(ports.http, '/');
    expect([answer.status, answer.headers.server]).toEqual([503, 'awselb/2.0']);
    expect(answer.body).toContain('<center><h1>503 Service Temporarily Unavailable</h1></center>');
  });

  it('502 when the connection is refused, and no second try', async () => {
    await lab.bench.become(
      httpState({
        groups: [
          group('g', [{ address: '127.40.7.9', port: 5927 }, one], {
            healthCheck: { ...healthCheck, path: '/x' },
          }),
        ],
        defaultAction: forward('g'),
      }),
    );
    one.answer = (incoming, response) => response.writeHead(incoming.url === '/x' ? 404 : 200).end('one');
    await lab.bench.until(
      () => lab.bench.reports.at(-1)?.[arnOf('g')]?.every(({ state }) => state === 'unhealthy') === true,
    );
    const answers = [await ask(ports.http, '/'), await ask(ports.http, '/')];
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 502]);
    const refused = answers.find(({ status }) => status === 502);
    expect(refused?.body).toContain('<center><h1>502 Bad Gateway</h1></center>');
    expect(refused?.headers.server).toBe('awselb/2.0');
  });

  it('502 when the target closes without an answer, on a first request and on a kept connection', async () => {
    await settle([one]);
    one.answer = (incoming, response) =>
      incoming.url === '/crash' ? incoming.socket.destroy() : response.end('one');
    const asked = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(await raw(ports.http, asked('/crash'), /502 Bad Gateway/)).toMatch(/^HTTP\/1\.1 502 /);
    const text = await raw(ports.http, asked('/') + asked('/crash') + asked('/'), /(\r\n\r\none[\s\S]*){2}/);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 502', 'HTTP/1.1 200']);
    expect(one.requests.filter(({ url }) => url === '/crash')).toHaveLength(2);
  });

  it('502 for what is not HTTP', async () => {
    const odd = createServer((socket) => socket.on('error', () => {}).end('hello\r\n\r\n')).listen(
      5928,
      '127.40.7.1',
    );
    await lab.bench.become(
      httpState({
        groups: [group('g', [{ address: '127.40.7.1', port: 5928 }])],
        defaultAction: forward('g'),
      }),
    );
    expect((await ask(ports.http, '/')).status).toBe(502);
    odd.close();
  });

  it('504 after the idle timeout, on a first request', async () => {
    await settle([one], {}, 1);
    one.answer = () => {};
    const startedAt = Date.now();
    const answer = await ask(ports.http, '/');
    expect(answer.status).toBe(504);
    expect(answer.body).toContain('<center><h1>504 Gateway Time-out</h1></center>');
    expect(Date.now() - startedAt).toBeGreaterThan(950);
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });

  it('closes an idle client connection after the idle timeout', async () => {
    await settle([one], {}, 1);
    const startedAt = Date.now();
    const text = await raw(ports.http, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });

  it("leaves a target's own 5xx as it is", async () => {
    await settle([one]);
    one.answer = (_, response) => response.writeHead(503, { server: 'mine' }).end('own');
    const answer = await ask(ports.http, '/');
    expect([answer.status, answer.body, answer.headers.server]).toEqual([503, 'own', 'mine']);
  });

  it('logs what no target answered, and a client that left as 460', async () => {
    await settle([one]);
    const arrived = held(one);
    const client = request({ host: '127.0.0.1', port: ports.http, path: '/leave?secret=1', agent: false });
    client.on('error', () => {});
    client.end();
    await arrived;
    const closed = new Promise((resolve) => one.requests[0]?.socket.once('close', resolve));
    client.destroy();
    await lab.bench.until(() => lab.bench.logged.some(({ message }) => message.startsWith('460')));
    const line = lab.bench.logged.find(({ message }) => message.startsWith('460'));
    expect(line?.details).toMatchObject({ method: 'GET', path: '/leave', target: '127.40.7.1:5927' });
    await closed;
  });
});
