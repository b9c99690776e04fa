import type { Action, Condition } from '../../sandbox/load-balancer/state';
import { arnOf, ask, Bench, forward, group, httpState, raw, rule, Target } from './load-balancer-kit';

const ports = { https: 5906, http: 5905 };
const alpha = new Target('alpha', '127.40.6.1', 5907);
const beta = new Target('beta', '127.40.6.2', 5907);
const groups = [group('alpha', [alpha]), group('beta', [beta])];
let bench: Bench;

beforeAll(async () => {
  await Promise.all([alpha.listen(), beta.listen()]);
  bench = await Bench.open(ports, httpState({ groups }));
});

afterAll(async () => {
  await bench.close();
  await Promise.all([alpha.stop(), beta.stop()]);
});

const path = (...values: string[]): Condition => ({ field: 'path-pattern', values });

describe('actions', () => {
  it('answers by itself, with the body as it was given', async () => {
    const body = '{"error": "no \\"route\\" for $HOME, 100%"}\n\ttwo lines\r\n';
    const action: Action = { type: 'fixed-response', status: 418, contentType: 'application/json', body };
    await bench.become(httpState({ defaultAction: action, groups }));
    const answer = await ask(ports.http, '/');
    expect([answer.status, answer.body, answer.headers['content-type'], answer.headers.server]).toEqual([
      418,
      body,
      'application/json',
      'awselb/2.0',
    ]);
  });

  it('answers without a body', async () => {
    await bench.become(httpState({ defaultAction: { type: 'fixed-response', status: 503 }, groups }));
    const answer = await ask(ports.http, '/');
    expect([answer.status, answer.body]).toEqual([503, '']);
  });

  const plain = {
    type: 'redirect',
    status: 301,
    protocol: 'HTTPS',
    port: '443',
    host: '#{host}',
    path: '/#{path}',
    query: '#{query}',
  } as const;
  const redirects: [string, Action, string, number, string][] = [
    [
      'to HTTPS, on the local HTTPS port',
      plain,
      '/a/b?c=d&e=%20',
      301,
      'https://api.example.com:5906/a/b?c=d&e=%20',
    ],
    ['without a query', plain, '/a', 301, 'https://api.example.com:5906/a'],
    [
      'keeping the port',
      { ...plain, protocol: '#{protocol}', port: '#{port}', path: '/new/#{path}' },
      '/a',
      301,
      'http://api.example.com:5905/new/a',
    ],
    [
      'temporarily, to another host',
      { ...plain, status: 302, host: 'www.example.org' },
      '/a',
      302,
      'https://www.example.org:443/a',
    ],
    [
      'to a host made of this one',
      { ...plain, host: 'www.#{host}' },
      '/',
      301,
      'https://www.api.example.com:5906/',
    ],
    [
      'with a path and query of its own',
      { ...plain, path: '/moved%20here', query: 'from=#{path}&p=100%' },
      '/a?x=1',
      301,
      'https://api.example.com:5906/moved%20here?from=a&p=100%',
    ],
    ['dropping the query', { ...plain, query: '' }, '/a?x=1', 301, 'https://api.example.com:5906/a'],
  ];

  it.each(redirects)('redirects %s', async (_, action, asked, status, location) => {
    await bench.become(httpState({ defaultAction: action, groups }));
    const answer = await ask(ports.http, asked, { headers: { host: 'api.example.com:5905' } });
    expect([answer.status, answer.headers.location]).toEqual([status, location]);
  });

  it('forwards to the target group of the rule', async () => {
    const rules = [rule(1, forward('alpha'), path('/a/*')), rule(2, forward('beta'), path('/b/*'))];
    await bench.become(httpState({ rules, groups }));
    expect((await ask(ports.http, '/a/1')).body).toBe('alpha');
    expect((await ask(ports.http, '/b/1')).body).toBe('beta');
  });

  it('shares requests between target groups by weight', async () => {
    const weighted = (alphaWeight: number, betaWeight: number): Action => ({
      type: 'forward',
      targetGroups: [
        { arn: arnOf('alpha'), weight: alphaWeight },
        { arn: arnOf('beta'), weight: betaWeight },
      ],
    });
    const count = async () => {
      const bodies = await Promise.all(Array.from({ length: 200 }, () => ask(ports.http, '/')));
      return bodies.filter(({ body }) => body === 'alpha').length;
    };
    await bench.become(httpState({ defaultAction: weighted(80, 20), groups }));
    const most = await count();
    // 160 expected; five standard deviations are 28.
    expect(most).toBeGreaterThan(131);
    expect(most).toBeLessThan(189);
    await bench.become(httpState({ defaultAction: weighted(100, 0), groups }));
    expect(await count()).toBe(200);
    await bench.become(httpState({ defaultAction: weighted(0, 100), groups }));
    expect(await count()).toBe(0);
    await bench.become(httpState({ defaultAction: weighted(0, 0), groups }));
    expect((await ask(ports.http, '/')).status).toBe(503);
  });
});

describe('what the target sees', () => {
  const seen = () => {
    const request = alpha.requests.at(-1);
    if (!request) throw new Error('the target saw no request');
    return request;
  };

  beforeAll(() => bench.become(httpState({ defaultAction: forward('alpha'), groups })));

  it('says who asked, how, and through which port of AWS', async () => {
    await ask(ports.http, '/', { headers: { host: 'api.example.com:5905' } });
    expect(seen().headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      host: 'api.example.com:5905',
    });
    expect(seen().headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(seen().socket.remoteAddress).toBe('127.40.0.10');
  });

  it('appends to what was forwarded, and does not believe the rest', async () => {
    await ask(ports.http, '/', {
      headers: {
        'x-forwarded-for': '10.1.1.1, 10.2.2.2',
        'x-forwarded-proto': 'https',
        'x-forwarded-port': '1',
      },
      localAddress: '127.40.9.9',
    });
    expect(seen().headers).toMatchObject({
      'x-forwarded-for': '10.1.1.1, 10.2.2.2, 127.40.9.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
    });
  });

  it('appends to several header lines as well', async () => {
    await ask(ports.http, '/', { headers: { 'x-forwarded-for': ['10.1.1.1', '10.2.2.2'] } });
    expect(seen().headers['x-forwarded-for']).toBe('10.1.1.1, 10.2.2.2, 127.0.0.1');
  });

  it('adds itself to a trace, and keeps its root', async () => {
    await ask(ports.http, '/', {
      headers: { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678;Self=1-0-0;Sampled=1' },
    });
    expect(seen().headers['x-amzn-trace-id']).toMatch(
      /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;Sampled=1$/,
    );
  });

  it('drops header names that are not letters, digits and hyphens', async () => {
    await ask(ports.http, '/', { headers: { x_consumer: 'me', 'x.y': '1', 'x-good-1': 'yes' } });
    expect(seen().headers).toMatchObject({ 'x-good-1': 'yes' });
    expect(seen().headers).not.toHaveProperty('x_consumer');
    expect(seen().headers).not.toHaveProperty(['x.y']);
  });

  it('keeps them unless it is told to drop them', async () => {
    await bench.become(
      httpState({ defaultAction: forward('alpha'), groups, facts: { dropInvalidHeaderFields: false } }),
    );
    await ask(ports.http, '/', { headers: { x_consumer: 'me' } });
    expect(seen().headers).toMatchObject({ x_consumer: 'me' });
  });

  it.each([
    ['preserve', '10.1.1.1'],
    ['remove', undefined],
  ] as const)('X-Forwarded-For in mode %s', async (mode, expected) => {
    await bench.become(httpState({ defaultAction: forward('alpha'), groups, facts: { forwardedFor: mode } }));
    await ask(ports.http, '/', { headers: { 'x-forwarded-for': '10.1.1.1' } });
    expect(seen().headers['x-forwarded-for']).toBe(expected);
  });
});

describe('what it refuses by itself', () => {
  beforeAll(() => bench.become(httpState({ defaultAction: forward('alpha'), groups })));

  it('TRACE', async () => {
    expect((await ask(ports.http, '/', { method: 'TRACE' })).status).toBe(405);
  });

  it('more than 30 forwarded addresses', async () => {
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, index) => `10.0.0.${index}`).join(', ');
    expect((await ask(ports.http, '/', { headers: { 'x-forwarded-for': addresses(30) } })).status).toBe(200);
    expect((await ask(ports.http, '/', { headers: { 'x-forwarded-for': addresses(31) } })).status).toBe(463);
  });

  it('what is not HTTP', async () => {
    const text = await raw(ports.http, 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.[01] 400 /);
  });

  it('two lengths: HAProxy 2.6 says so, and 3.x closes the connection without a word', async () => {
    const text = await raw(
      ports.http,
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    );
    expect(text).toMatch(/^(?:$|HTTP\/1\.[01] 400 )/);
  });
});
