/** Who may call: what is refused before anything is deployed. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import { refuses, shop, summary } from './environment-fixture';

const KEY = 'authentication: { apiKey: {} }';
const LIMIT = '      rateLimit: { requests: 10, perSeconds: 60 }\n';
const JWT = 'authentication: { jwt: { issuer: https://login.test, audience: [orders] } }';
const USERS = '  acme: { apis: [orders] }\n';

refuses([
  {
    kind: 'a user pool whose id is of another region',
    edits: [
      [KEY, 'authentication: { jwt: { userPool: { region: us-east-1, id: us-west-2_abc }, audience: any } }'],
    ],
    at: ['16:67 WRONG_VALUE'],
    says: ['the id of a pool in `region`'],
  },
  {
    kind: 'a token that is for anyone',
    edits: [[KEY, 'authentication: { jwt: { issuer: https://login.test } }']],
    at: ['16:30 JWT_AUDIENCE'],
    says: ['Tokens that the issuer gives to anyone', 'neither `audience` nor `clientIds`', 'audience: any'],
  },
  {
    kind: 'a cache that has no room twice',
    edits: [
      [KEY, 'authentication: { jwt: { issuer: https://login.test, audience: any } }'],
      ['consumers:', 'gateway: { memoryMiB: 1024, cacheMiB: 369, metrics: none }\nconsumers:'],
    ],
    at: ['23:39 CACHE_MEMORY'],
    says: [
      'The cache leaves the gateway too little memory',
      '344 with this memory',
      '336 more than twice the cache',
    ],
  },
  {
    kind: 'no method at all',
    edits: [[KEY, 'authentication: {}']],
    at: ['16:23 AUTHENTICATION_EMPTY'],
    says: ['No caller could prove who it is', 'authentication: public'],
  },
  {
    kind: 'a user pool that is not there',
    edits: [[KEY, 'authentication: { jwt: { userPool: true } }']],
    at: ['16:42 USER_POOL_MISSING'],
    says: ['no user pool of its own', 'Add `identity:`'],
  },
  {
    kind: 'an issuer and a user pool',
    edits: [[KEY, 'authentication: { jwt: { issuer: https://login.test, userPool: true } }']],
    at: ['16:60 UNKNOWN_KEY'],
    says: ['`userPool` does not go together with the other keys of `jwt`'],
  },
  {
    kind: 'an issuer that is not https',
    edits: [[KEY, 'authentication: { jwt: { issuer: http://login.test, audience: any } }']],
    at: ['16:40 WRONG_FORM'],
    says: ['issuer', 'an https URL without query'],
  },
  {
    kind: 'keys over http',
    edits: [
      [
        KEY,
        'authentication: { jwt: { issuer: https://login.test, jwksUrl: http://login.test/k, audience: any } }',
      ],
    ],
    at: ['16:69 WRONG_FORM'],
    says: ['jwksUrl', 'http on a loopback address only'],
  },
  {
    kind: 'an algorithm that is none of ours',
    edits: [
      [KEY, 'authentication: { jwt: { issuer: https://login.test, audience: any, algorithms: [HS256] } }'],
    ],
    at: ['16:88 NOT_ONE_OF'],
    says: ['`RS256`, `ES256`'],
  },
  {
    kind: 'scopes of a key',
    edits: [[LIMIT, `${LIMIT}      authorization: { scopes: [read] }\n`]],
    at: ['18:32 AUTHORIZATION_WITHOUT_TOKEN'],
    says: ['a key has no scopes', 'Add `jwt`'],
  },
  {
    kind: 'rights where callers are not known',
    edits: [
      [
        '    paths: [/catalog]\n',
        '    paths: [/catalog]\n    policies: { authorization: { consumers: [acme] } }\n',
      ],
    ],
    at: ['21:32 AUTHORIZATION_PUBLIC'],
    says: ['Callers of what is public are not known'],
  },
  {
    kind: 'a consumer that is not there',
    edits: [[LIMIT, `${LIMIT}      authorization: { consumers: [acne] }\n`]],
    at: ['18:36 CONSUMER_UNKNOWN'],
    says: ['There is no consumer `acne`', 'Write `acme`.'],
  },
  {
    kind: 'a consumer of a route that is not there',
    edits: [
      [
        LIMIT,
        `${LIMIT}    routes:\n      all: { methods: [GET], policies: { authorization: { consumers: [zzz] } } }\n`,
      ],
    ],
    at: ['19:71 CONSUMER_UNKNOWN'],
    says: ['There is no consumer `zzz`'],
  },
]);

test('an API with tokens needs no consumer in the file', () => {
  const text = shop([KEY, JWT], [`consumers:\n${USERS}`, '']);
  expect(parseEnvironment(text, 'shop.yaml').apis.orders?.policies.authentication).toMatchObject({
    jwt: { algorithms: ['RS256'], leewaySeconds: 30, consumerClaim: 'sub', forward: false },
  });
  expect(summary(shop([`consumers:\n${USERS}`, '']))).toEqual(['16:7 CONSUMERS_MISSING']);
});
