import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { actionLines } from '../../sandbox/load-balancer/actions';
import { render } from '../../sandbox/load-balancer/render';
import { backendName } from '../../sandbox/load-balancer/slots';
import type { Action, BalancerState, Condition, Rule } from '../../sandbox/load-balancer/state';
import { bindTls } from '../../sandbox/load-balancer/tls';

const arn = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/0123456789abcdef`;
const ports = { https: 8443, http: 8080 };

function state(rules: readonly Rule[], changes: Partial<BalancerState> = {}): BalancerState {
  return {
    loadBalancer: {
      arn: 'lb',
      name: 'main',
      idleTimeoutSeconds: 60,
      dropInvalidHeaderFields: true,
      http2: true,
      forwardedFor: 'append',
      sourceAddress: '127.20.0.10',
    },
    listeners: [
      { arn: 'l', protocol: 'HTTP', port: 80, rules, defaultAction: { type: 'fixed-response', status: 404 } },
    ],
    targetGroups: ['api', 'gateway'].map((name) => ({
      arn: arn(name),
      protocol: 'HTTP',
      algorithm: 'round_robin',
      deregistrationDelaySeconds: 30,
      targets: [],
      healthCheck: {
        protocol: 'HTTP',
        port: 'traffic-port',
        path: '/',
        intervalSeconds: 5,
        timeoutSeconds: 2,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: '200',
      },
    })),
    problems: [],
    ...changes,
  };
}

const text = (balancer: BalancerState, slots: Parameters<typeof render>[0]['slots'] = new Map()) =>
  render({ state: balancer, ports, certificates: new Map(), slots, generation: 7 });
const section = (all: string, head: string) =>
  all
    .split('\n\n')
    .find((each) => each.startsWith(`${head}\n`))
    ?.split('\n')
    .slice(1)
    .map((line) => line.trim()) ?? [];

describe('actions', () => {
  const context = {
    listener: { protocol: 'HTTP', port: 80 } as const,
    backendOf: (each: string) => (each === 'gone' ? undefined : each),
    localPort: (port: number) => ({ 443: 8443, 80: 8080 })[port],
  };
  const lines = (action: Action) => actionLines(action, '{ G }', context);
  const weighted = (...weights: [string, number][]): Action => ({
    type: 'forward',
    targetGroups: weights.map(([each, weight]) => ({ arn: each, weight })),
  });

  it('forwards to one group without a draw', () => {
    expect(lines(weighted(['a', 1]))).toEqual({ request: [], backend: ['use_backend a if { G }'] });
    expect(lines(weighted(['a', 0], ['b', 7]))).toEqual({ request: [], backend: ['use_backend b if { G }'] });
  });

  it('forwards to several by their share of the sum', () => {
    expect(lines(weighted(['a', 90], ['b', 9], ['c', 1]))).toEqual({
      request: ['http-request set-var(txn.share) rand(100) if { G }'],
      backend: [
        'use_backend a if { G } { var(txn.share) -m int lt 90 }',
        'use_backend b if { G } { var(txn.share) -m int lt 99 }',
        'use_backend c if { G }',
      ],
    });
  });

  it('answers 503 when a group is not carried, or no weight is left', () => {
    expect(lines(weighted(['gone', 1])).request[0]).toMatch(/^http-request return status 503 /);
    expect(lines(weighted(['a', 0])).request[0]).toMatch(/^http-request return status 503 /);
  });

  it('keeps its own 5xx out of the log', () => {
    expect(lines({ type: 'fixed-response', status: 503 }).request).toEqual([
      'http-request set-log-level silent if { G }',
      'http-request return status 503 if { G }',
    ]);
    expect(lines({ type: 'fixed-response', status: 404 }).request).toEqual([
      'http-request return status 404 if { G }',
    ]);
  });
});

describe('TLS', () => {
  const policy = (protocols: string[], ciphers: string[]) => ({
    certificateArns: ['one', 'pending', 'two'],
    policy: { name: 'p', protocols, ciphers },
  });
  const files = new Map([
    ['two', { file: '/a b/2.pem', fingerprint: 'f2' }],
    ['one', { file: '/a b/1.pem', fingerprint: 'f1' }],
  ]);

  it('takes versions, ciphers and certificates, the default first', () => {
    const tls = policy(['TLSv1.3', 'TLSv1.2'], ['TLS_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256']);
    expect(bindTls(tls, true, files)).toEqual({
      words: [
        'ssl',
        'crt "/a b/1.pem"',
        'crt "/a b/2.pem"',
        'alpn h2,http/1.1',
        'ssl-min-ver TLSv1.2',
        'ssl-max-ver TLSv1.3',
        'ciphers "ECDHE-RSA-AES128-GCM-SHA256"',
        'ciphersuites "TLS_AES_128_GCM_SHA256"',
      ],
      comments: ['# certificate f1', '# certificate f2'],
    });
  });

  it('lowers the security level for old versions only', () => {
    expect(bindTls(policy(['TLSv1', 'TLSv1.2'], ['A']), false, files).words.slice(3)).toEqual([
      'alpn http/1.1',
      'ssl-min-ver TLSv1.0',
      'ssl-max-ver TLSv1.2',
      'ciphers "A:@SECLEVEL=0"',
    ]);
  });
});

describe('the whole text', () => {
  it('is nothing when nothing listens', () => {
    expect(text({ listeners: [], targetGroups: [], problems: [] })).toBe('');
    expect(text(state([], { listeners: [] }))).toBe('');
  });

  it('listens on loopback only', () => {
    const binds = text(state([])).match(/^ {2}bind .*/gm);
    expect(binds).toEqual(['  bind 127.0.0.1:8080', '  bind unix@requests-80.sock mode 600 accept-proxy']);
  });

  it('never tries a second time', () => {
    const all = text(state([]));
    expect(section(all, 'defaults')).toContain('retries 0');
    expect(all).not.toMatch(/redispatch|retry-on/);
  });

  it('tells its generation', () => {
    expect(section(text(state([])), 'global')).toContain('description generation-7');
  });

  it('names a target group by the end of its ARN, and writes who is served into its slots', () => {
    const slots = new Map([
      [
        arn('api'),
        [{ name: 'target-1', serves: { address: '127.20.1.5', port: 8081 } }, { name: 'target-2' }],
      ],
    ]);
    expect(backendName(arn('api'))).toBe('api.0123456789abcdef');
    const lines = section(text(state([]), slots), 'backend api.0123456789abcdef');
    expect(lines.filter((line) => line.startsWith('server '))).toEqual([
      'server target-1 127.20.1.5:8081',
      'server target-2 127.0.0.1:1 disabled',
    ]);
    expect(lines).toContain('source 127.20.0.10');
    expect(lines).toContain('balance roundrobin');
  });

  it('decides by the first rule whose conditions all hold', () => {
    const rules: Rule[] = [3, 8].map((priority) => ({
      priority,
      conditions: [
        { field: 'path-pattern', values: ['/x'] },
        { field: 'http-request-method', values: ['GET'] },
      ],
      action: { type: 'fixed-response', status: 200 },
    }));
    const lines = section(text(state(rules)), 'frontend requests-80').filter((line) =>
      line.includes('txn.rule'),
    );
    expect(lines.slice(1, 4)).toEqual([
      'http-request set-var(txn.rule) int(3) if !{ var(txn.rule) -m found } rule-3-0 rule-3-1',
      'http-request set-var(txn.rule) int(8) if !{ var(txn.rule) -m found } rule-8-0 rule-8-1',
      'http-request set-var(txn.rule) int(0) unless { var(txn.rule) -m found }',
    ]);
  });

  it('is accepted by HAProxy for any words in conditions and answers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'render-'));
    const words = fc
      .string({ unit: 'binary-ascii', minLength: 1, maxLength: 30 })
      .map((each) => [...each].filter((c) => c >= ' ' && c !== '\x7f').join('') || '*');
    const condition: fc.Arbitrary<Condition> = fc.oneof(
      words.map((value): Condition => ({ field: 'host-header', values: [value] })),
      words.map((value): Condition => ({ field: 'path-pattern', values: [value] })),
      words.map((value): Condition => ({ field: 'http-header', name: 'X-Any', values: [value] })),
      words.map((value): Condition => ({ field: 'http-request-method', values: [value] })),
      fc
        .tuple(words, words)
        .map(([key, value]): Condition => ({ field: 'query-string', values: [{ key, value }] })),
    );
    const action: fc.Arbitrary<Action> = fc.oneof(
      words.map((body): Action => ({ type: 'fixed-response', status: 200, contentType: 'text/plain', body })),
      fc.tuple(words, words, words).map(
        ([host, path, query]): Action => ({
          type: 'redirect',
          status: 301,
          protocol: 'HTTPS',
          port: '443',
          host,
          path: `/${path}`,
          query,
        }),
      ),
      fc.constant<Action>({ type: 'forward', targetGroups: [{ arn: arn('api'), weight: 1 }] }),
    );
    const rules = fc
      .array(fc.tuple(fc.array(condition, { minLength: 1, maxLength: 3 }), action), {
        minLength: 20,
        maxLength: 20,
      })
      .map((all) =>
        all.map(([conditions, each], index): Rule => ({ priority: index + 1, conditions, action: each })),
      );
    fc.assert(
      fc.property(rules, (each) => {
        const all = text(state(each));
        expect(all.match(/^\S.*/gm)).toHaveLength(7);
        writeFileSync(join(folder, 'test.cfg'), all);
        execFileSync('haproxy', ['-c', '-q', '-dW', '-f', 'test.cfg'], { cwd: folder, stdio: 'pipe' });
      }),
      { numRuns: 12 },
    );
    rmSync(folder, { recursive: true });
  });
});
