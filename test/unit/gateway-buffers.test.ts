/** Proves how large the buffers are that a gateway has, for what its policies add. */
import { expect, test } from '@jest/globals';
import { buffersOf } from '../../constructs/gateway/haproxy/configuration';
import { mostConnections } from '../../constructs/gateway/haproxy/container/connections';
import { type ApiInput, gatewayModel } from '../traffic/support/model';

const apiKey = { authentication: { apiKey: {} } };
const limit = { rateLimit: { requests: 1, perSeconds: 60 } };
const cors = { cors: { origins: ['https://app.example.com'] } };
const stripped = { transformation: { path: { stripPrefix: true } } };
const api = (policies: unknown, more: ApiInput = {}) => ({ orders: { ...more, policies } });

test.each([
  ['nothing', api({}), [17_920, 768, 76]],
  ['a key and a limit', api({ ...apiKey, ...limit }), [18_432, 1024, 79]],
  ['CORS too', api({ ...apiKey, ...limit, ...cors }), [18_944, 1280, 83]],
  ['a cache', api({ ...apiKey, ...limit, cache: { ttlSeconds: 1 } }), [21_504, 2560, 91]],
  ['a prefix', api(stripped), [19_456, 1536, 77]],
  [
    'a long prefix, before the path of each cookie',
    api(stripped, { paths: [`/${'p'.repeat(80)}`] }),
    [29_184, 6400, 77],
  ],
  ['a query', api({ transformation: { request: { setQuery: { a: 'é' } } } }), [22_528, 3072, 76]],
  [
    'a path that is written anew',
    {
      orders: {
        routes: {
          all: {
            paths: ['/orders/{rest+}'],
            policies: { transformation: { path: { rewrite: '/x/{rest+}' } } },
          },
        },
      },
    },
    [17_920, 768, 76],
  ],
  [
    'a part of a path that is written twice',
    {
      orders: {
        routes: {
          one: {
            paths: ['/orders/{id}'],
            policies: { transformation: { path: { rewrite: '/{id}/{id}' } } },
          },
        },
      },
    },
    [48_128, 15_872, 76],
  ],
  [
    'headers of their longest',
    api({
      transformation: {
        response: { setHeaders: { 'x-a': 'v'.repeat(256), 'x-b': '{consumer}{requestId}' } },
      },
    }),
    [18_432, 1024, 78],
  ],
  [
    'a body that is read',
    api({ validation: { requiredJsonFields: ['a'], maxBodyBytes: 100 } }),
    [30_208, 768, 76],
  ],
] as [string, Record<string, ApiInput>, number[]][])('%s', (_, apis, expected) => {
  const { bytes, reserve, lines } = buffersOf(gatewayModel(apis));
  expect([bytes, reserve, lines]).toEqual(expected);
});

test('the place that adds most decides, and not the sum of all', () => {
  const one = buffersOf(gatewayModel({ a: { policies: { ...apiKey, ...cors } } }));
  const many = Array.from({ length: 50 }, (_, index) => [`a-${index}`, { policies: { ...apiKey, ...cors } }]);
  expect(buffersOf(gatewayModel(Object.fromEntries(many)))).toEqual(one);
});

test('larger buffers are fewer connections', () => {
  const model = gatewayModel({ a: {} }, { connectionsMiB: 296 });
  expect([16_384, 19_456, 27_648].map((bytes) => mostConnections(model, bytes))).toEqual([7577, 6589, 4888]);
});
