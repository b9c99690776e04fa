import { describe, expect, test } from '@jest/globals';
import { gunzipSync, strFromU8 } from 'fflate';
import { secondsOf } from '../../cli/usage';
import { bytesText } from '../../cli/usage-print';
import { queries } from '../../cli/usage-query';
import { resolve } from '../../constructs/blueprint/resolve';
import { parsed } from './environment-fixture';

describe('the queries', () => {
  test('count by consumer and API, and what the outcome was', () => {
    expect(queries({ byConsumer: true, byRoute: false })).toEqual({
      counted:
        'filter ispresent(total_ms) | stats count(*) as requests, sum(bytes_in) as bytesIn, sum(bytes_out) as bytesOut by consumer, api, status, cache, deny',
      latency:
        'filter ispresent(total_ms) and total_ms >= 0 and deny = "-" | stats pct(total_ms, 50) as p50, pct(total_ms, 95) as p95, pct(total_ms, 99) as p99 by consumer, api',
    });
  });

  test('are for one API, one consumer and by route where asked', () => {
    const { counted, latency } = queries({ api: 'orders', consumer: '-', byConsumer: true, byRoute: true });
    expect(counted).toMatch(
      /^filter ispresent\(total_ms\) and api = "orders" and consumer = "-" \| .* by consumer, api, route, status, cache, deny$/,
    );
    expect(latency).toMatch(/ and api = "orders" and consumer = "-" and .* by consumer, api, route$/);
  });

  test('leave the callers out where asked: tokens may name more of them than there is room for', () => {
    const { counted, latency } = queries({ byConsumer: false, byRoute: false });
    expect(counted).toMatch(/ by api, status, cache, deny$/);
    expect(latency).toMatch(/ by api$/);
  });

  test('take the name that a token gives', () => {
    const { counted } = queries({ consumer: 'jwt:auth0|5f7c8ec7', byConsumer: true, byRoute: false });
    expect(counted).toContain(' and consumer = "jwt:auth0|5f7c8ec7" | stats ');
  });

  test('take no name that could be more than a name', () => {
    for (const name of ['a" or api = "b', 'a | limit 1', 'a\\', 'a and b', '', 'é', 'a\nb'])
      for (const option of [{ api: name }, { consumer: name }])
        expect(() => queries({ ...option, byConsumer: true, byRoute: false })).toThrow(
          /is no name: give letters/,
        );
  });

  test('name only fields that the gateways write', () => {
    const container = resolve(parsed()).gateway?.members[0]?.taskDefinition.containers[0];
    const packed = container?.environment.FILE_HAPROXY_CFG ?? '';
    const configuration = strFromU8(gunzipSync(Buffer.from(packed, 'base64')));
    const format = /log-format '(.*)'/.exec(configuration)?.[1] ?? '';
    const written = [...format.matchAll(/"([a-z_]+)":/g)].map((found) => found[1]);
    for (const field of [
      'consumer',
      'api',
      'route',
      'status',
      'cache',
      'deny',
      'bytes_in',
      'bytes_out',
      'total_ms',
    ])
      expect(written).toContain(field);
  });
});

test('a length of time is a number and a unit', () => {
  expect(['90s', '15m', '1h', '7d', '2w'].map(secondsOf)).toEqual([90, 900, 3600, 604_800, 1_209_600]);
  for (const wrong of ['', '1', 'h', '1 h', '1.5h', '-1h', '0h', '1y', '1h30m', '999999s'])
    expect(() => secondsOf(wrong)).toThrow('is no length of time: give a number and s, m, h, d or w');
});

test('bytes are told in the unit that fits', () => {
  expect([0, 999, 1000, 15_340, 123_456, 5_000_000_000].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '15.3 kB',
    '123 kB',
    '5.0 GB',
  ]);
});
