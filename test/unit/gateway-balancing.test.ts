/** What `balancing` and a canary add to a configuration, and that they add nothing where they are not written. */
import { describe, expect, test } from '@jest/globals';
import { gunzipSync, strFromU8 } from 'fflate';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { haproxy } from '../../constructs/gateway/haproxy';
import { Problems } from '../../constructs/problems';
import { type ApiInput, gatewayModel } from '../traffic/support/model';
import { PORT, shop } from './environment-fixture';

/** The lines of each section. */
function sections(input: ApiInput, graceSeconds = 1): Record<string, string[]> {
  const model = gatewayModel({ orders: input }, { graceSeconds });
  const [member] = model.members;
  if (!member) throw new Error('no member');
  const text = strFromU8(
    gunzipSync(Buffer.from(haproxy.render(model, member).environment.FILE_HAPROXY_CFG ?? '', 'base64')),
  );
  const all = text.split(/\n(?=\S)/).map((section) => section.split('\n').map((one) => one.trim()));
  return Object.fromEntries(all.map(([head = '', ...lines]) => [head, lines.filter(Boolean)]));
}

const ofPool = (lines: readonly string[] = []) =>
  lines.filter((one) =>
    /^(balance|timeout|retries|retry-on|default-server|server|use-server|http-request (disable|return|set-var\(txn\.(deny|version|caller)))/.test(
      one,
    ),
  );

test('a pool is looked up, and forgotten, by the times that it is given', () => {
  expect(sections({})['resolvers pools.20s']).toEqual([
    `nameserver vpc "\${DNS}"`,
    'accepted_payload_size 4096',
    'resolve_retries 3',
    'timeout retry 1s',
    'hold timeout 86400s',
    'hold refused 86400s',
    'hold other 86400s',
    'timeout resolve 2s',
    'hold valid 2s',
    'hold obsolete 20s',
    'hold nx 20s',
  ]);
});

describe('balancing', () => {
  test('that says nothing is what a pool was before it could say anything', () => {
    expect(ofPool(sections({})['backend orders from base'])).toEqual([
      'balance leastconn',
      'timeout server 5s',
      'timeout check 2s',
      'retry-on conn-failure empty-response',
      'http-request disable-l7-retry if !METH_GET',
      'default-server check inter 5s fastinter 500ms fall 2 rise 2 observe layer4 error-limit 10 on-error mark-down slowstart 10s pool-purge-delay 2s',
      'server-template orders- 1-8 ipv4@orders.test.internal:8080 resolvers pools.20s init-addr last,none resolve-prefer ipv4',
    ]);
  });

  test('that says all is all of it', () => {
    const balancing = {
      algorithm: 'roundrobin',
      slowStartSeconds: 0,
      maxConnectionsPerInstance: 7,
      maxConcurrentRequests: 40,
      queueTimeoutSeconds: 3,
      connectTimeoutSeconds: 4,
      retries: 1,
    };
    expect(ofPool(sections({ balancing })['backend orders from base'])).toEqual([
      'balance roundrobin',
      'timeout server 5s',
      'timeout queue 3s',
      'timeout connect 4s',
      'retries 1',
      'timeout check 2s',
      'retry-on conn-failure empty-response',
      expect.stringMatching(
        /^http-request return status 503 .* hdr Retry-After 1 if \{ be_conn gt 40 \} \{ str\(busy\),set-var\(txn\.deny\) -m found \}$/,
      ),
      'http-request disable-l7-retry if !METH_GET',
      'default-server check inter 5s fastinter 500ms fall 2 rise 2 observe layer4 error-limit 10 on-error mark-down maxconn 7 pool-purge-delay 2s',
      expect.stringMatching(/^server-template orders- 1-8 /),
    ]);
  });

  test('lets a request wait and then take its whole time, wherever something else would cut it', () => {
    const balancing = { maxConnectionsPerInstance: 5, queueTimeoutSeconds: 20 };
    const cached = sections({ requestTimeoutSeconds: 60, balancing, policies: { cache: { ttlSeconds: 1 } } });
    expect(ofPool(cached['backend orders.cached from base'])).toContain('timeout server 82s');
    expect(cached.global).toContain('hard-stop-after 80s');
    const edits = `${PORT}    requestTimeoutSeconds: 50\n    balancing: { maxConnectionsPerInstance: 5, queueTimeoutSeconds: 20 }\n`;
    const text = shop([PORT, edits], ['apis:\n', 'deregistrationDelaySeconds: 71\napis:\n']);
    expect(resolve(parseEnvironment(text, 'shop.yaml')).loadBalancer?.idleTimeoutSeconds).toBe(75);
    const problems = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        if (error instanceof Problems) return error.problems;
        throw error;
      }
      return [];
    };
    expect(problems(() => parseEnvironment(text.replace('71', '70'), 'shop.yaml'))).toMatchObject([
      {
        code: 'REQUEST_TIMEOUT_DRAIN',
        given: 'requestTimeoutSeconds 50, balancing.queueTimeoutSeconds 20, deregistrationDelaySeconds 70',
      },
    ]);
    expect(problems(() => sections({ requestTimeoutSeconds: 80, balancing }, 20))).toMatchObject([
      {
        code: 'DRAIN_TOO_LONG',
        given: '100 s, balancing.queueTimeoutSeconds included',
        fix: expect.stringContaining('75'),
      },
    ]);
  });
});

describe('a canary', () => {
  const balancing = { maxConcurrentRequests: 40, maxConnectionsPerInstance: 5 };

  test('has a backend of its own, and only the way to it in that of the API', () => {
    const all = sections({ canaryPercent: 5, balancing });
    expect(Object.keys(all).filter((head) => head.includes('canary'))).toEqual([
      'frontend gateway.canary from base',
      'backend orders.canary from base',
    ]);
    const ofCanary = ofPool(all['backend orders.canary from base']);
    const ofStable = ofPool(all['backend orders from base']);
    const way = (one: string) => /be_conn|use-server|server canary|txn\.(version|caller)/.test(one);
    expect(ofCanary.filter((one) => !/^server-template/.test(one))).toEqual(
      ofStable.filter((one) => !way(one) && !/^server-template/.test(one)),
    );
    expect(ofCanary.at(-1)).toMatch(/^server-template orders- 1-6 ipv4@orders-canary\.test\.internal:8080 /);
    expect(ofStable.filter((one) => /^(use-server|server canary)/.test(one))).toEqual([
      'use-server canary if { var(txn.version) -m str canary }',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: HAProxy reads it
      'server canary "${LOOPBACK}:9003" weight 0',
    ]);
  });

  test('is nowhere in a configuration without one', () => {
    for (const policies of [{}, { authentication: { apiKey: {} } }]) {
      for (const [head, lines] of Object.entries(sections({ balancing, policies }))) {
        const text = [head, ...lines].filter((one) => !one.startsWith('log-format')).join('\n');
        expect(text).not.toMatch(/canary|txn\.version|txn\.caller|9003/);
      }
    }
  });
});
