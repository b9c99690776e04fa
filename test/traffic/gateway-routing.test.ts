/** Proves, over HTTP, which API a request reaches. The load balancer in front decides by the same rules. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

let pair: Pair;

beforeAll(async () => {
  const model = gatewayModel({
    root: { paths: ['/'] },
    orders: { paths: ['/orders', '/baskets'] },
    'orders-v2': { paths: ['/orders/v2'] },
    partner: { paths: ['/'], hosts: ['partner.example.com', 'partner.example.org'] },
    beta: { paths: ['/orders'], headers: { 'X-Channel': 'beta' } },
    wild: { paths: ['/orders'], headers: { 'X-Channel': 'wild-?-*' } },
    quoted: { paths: ['/orders'], headers: { 'X-Channel': 'a"b \\ $HOME %[src] #1' } },
    both: { paths: ['/orders'], headers: { 'X-Channel': 'beta', 'X-Region': 'eu' } },
    'partner-beta': { paths: ['/orders'], hosts: ['partner.example.com'], headers: { 'X-Channel': 'beta' } },
  });
  pair = await Pair.start({
    net: 1,
    model,
    instances: Object.fromEntries(model.apis.map(({ name }) => [name, 1])),
  });
}, 20_000);

afterAll(() => pair?.stop());

const reached = async (path: string, headers: Record<string, string> = {}) => {
  const { status, body } = await pair.call(0, path, { headers });
  return status === 200 ? JSON.parse(body).pool : status;
};

describe('by path', () => {
  test.each([
    ['/orders', 'orders'],
    ['/orders/', 'orders'],
    ['/orders/42', 'orders'],
    ['/orders?v2', 'orders'],
    ['/baskets/1', 'orders'],
    ['/orders/v2', 'orders-v2'],
    ['/orders/v2/42', 'orders-v2'],
    ['/orders/v22', 'orders'],
    ['/ordersv2', 'root'],
    ['/Orders', 'root'],
    ['/x/orders', 'root'],
    ['/', 'root'],
  ])('%s reaches %s: the longest prefix on whole segments', async (path, api) => {
    expect(await reached(path)).toBe(api);
  });
});

describe('by host', () => {
  test.each([
    ['partner.example.com', 'partner'],
    ['PARTNER.example.com', 'partner'],
    ['partner.example.com:8443', 'partner'],
    ['partner.example.org', 'partner'],
    ['partner.example.com.evil.test', 'orders'],
    ['x.partner.example.com', 'orders'],
    ['example.com', 'orders'],
  ])('%s reaches %s, also where another API has the longer path', async (host, api) => {
    expect(await reached('/orders', { host })).toBe(api);
  });
});

describe('by header', () => {
  test.each([
    ['one condition is more than a path', { 'x-channel': 'beta' }, 'beta'],
    ['values compare without case', { 'X-CHANNEL': 'BETA' }, 'beta'],
    ['the whole value counts', { 'x-channel': 'beta2' }, 'orders'],
    ['* stands for any characters', { 'x-channel': 'wild-1-' }, 'wild'],
    ['? stands for one', { 'x-channel': 'wild--x' }, 'orders'],
    ['nothing in a value has a meaning of its own', { 'x-channel': 'a"b \\ $HOME %[src] #1' }, 'quoted'],
    ['nor stands for something else', { 'x-channel': 'a"b \\ /root 127.0.0.1 #1' }, 'orders'],
    ['more conditions go first', { 'x-channel': 'beta', 'x-region': 'eu' }, 'both'],
    ['all conditions must hold', { 'x-channel': 'none', 'x-region': 'eu' }, 'orders'],
    ['a host goes before a header', { 'x-channel': 'beta', host: 'partner.example.org' }, 'partner'],
    ['host and header go first', { 'x-channel': 'beta', host: 'partner.example.com' }, 'partner-beta'],
  ])('%s', async (_, headers, api) => {
    expect(await reached('/orders', headers as unknown as Record<string, string>)).toBe(api);
  });
});
