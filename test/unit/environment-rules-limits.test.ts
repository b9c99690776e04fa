/** Limits: what is refused, and that all ways to write one come to the same form. */
import { expect, test } from '@jest/globals';
import { policies } from '../../constructs/gateway';
import { type Broken, balanced, type Edit, parsed, refuses } from './environment-fixture';

const LIMIT = '      rateLimit: { requests: 10, perSeconds: 60 }\n';
const CONSUMERS = '  acme: { apis: [orders] }\n';
const limit = (text: string): Edit => [LIMIT, `      rateLimit: ${text}\n`];
const consumers = (...lines: string[]): Edit => [CONSUMERS, lines.map((line) => `  ${line}\n`).join('')];
const PLANS = 'free: [{ requests: 1, perSeconds: 60 }], gold: [{ requests: 9, perSeconds: 60 }]';
const plans = limit(`{ plans: { ${PLANS} } }`);
const window = (requests: number, perSeconds: number) =>
  `{ requests: ${requests}, perSeconds: ${perSeconds} }`;

const table: Broken[] = [
  {
    kind: 'no window',
    edits: [limit('{ windows: [] }')],
    at: ['17:29 TOO_FEW'],
    says: ['`windows` has 0 entries'],
  },
  {
    kind: 'four windows',
    edits: [
      limit(`{ windows: [${[1, 60, 3600, 86_400].map((per, nth) => window(nth + 1, per)).join(', ')}] }`),
    ],
    at: ['17:29 TOO_MANY'],
    says: ['`windows` has 4 entries', '3 at most'],
  },
  {
    kind: 'a window beside windows',
    edits: [limit(`{ requests: 1, perSeconds: 1, windows: [${window(9, 60)}] }`)],
    at: ['17:48 UNKNOWN_KEY'],
    says: ['`windows` does not go together with the other keys of `rateLimit`'],
  },
  {
    kind: 'a window without its length',
    edits: [limit('{ windows: [{ requests: 1 }] }')],
    at: ['17:30 MISSING_KEY'],
    says: ['`perSeconds` is missing in `windows[0]`'],
  },
  {
    kind: 'two windows of the same length',
    edits: [limit(`{ windows: [${window(9, 60)}, ${window(10, 60)}] }`)],
    at: ['17:91 WINDOW_TWICE'],
    says: ['have the same length', '9 per 60 s, 10 per 60 s', 'Keep the smaller one'],
  },
  {
    kind: 'a short window that a longer one leaves nothing to do',
    edits: [limit(`{ windows: [${window(9, 60)}, ${window(9, 1)}] }`)],
    at: ['17:75 WINDOW_IDLE'],
    says: ['used up no later', '9 per 1 s, 9 per 60 s', 'less than 9'],
  },
  {
    kind: 'a long window that a shorter one leaves nothing to do',
    edits: [limit(`{ windows: [${window(10, 1)}, ${window(600, 60)}] }`)],
    at: ['17:75 WINDOW_IDLE'],
    says: ['allows no more in the same time', '10 per 1 s, 600 per 60 s', 'less than 600'],
  },
  {
    kind: 'the same in a plan',
    edits: [
      limit(`{ plans: { free: [${window(10, 1)}, ${window(601, 60)}] } }`),
      consumers('acme: { plan: free }'),
    ],
    at: ['17:81 WINDOW_IDLE'],
    says: ['allows no more in the same time'],
  },
  {
    kind: 'the same at a route',
    edits: [
      [
        LIMIT,
        `${LIMIT}    routes:\n      read: { methods: [GET], policies: { rateLimit: { windows: [${window(5, 1)}, ${window(5, 9)}] } } }\n`,
      ],
    ],
    at: ['19:78 WINDOW_IDLE'],
    says: ['used up no later'],
  },
  {
    kind: 'no plan at all',
    edits: [limit('{ plans: {} }')],
    at: ['17:27 WRONG_VALUE'],
    says: ['Name at least one plan'],
  },
  {
    kind: 'a plan that cannot be a name',
    edits: [limit(`{ plans: { Gold: [${window(1, 1)}] } }`)],
    at: ['17:29 BAD_NAME'],
    says: ['"Gold" cannot be a name in `plans`', 'lower-case letters, digits and single hyphens'],
  },
  {
    kind: 'plans by address',
    edits: [limit(`{ plans: { ${PLANS} }, by: address }`), consumers('acme: { plan: free }')],
    at: ['17:117 NOT_ONE_OF'],
    says: ['`by` is not one of the values', 'consumer'],
  },
  {
    kind: 'a plan that no limit knows',
    edits: [plans, consumers('acme: { plan: glod }')],
    at: ['24:17 PLAN_UNKNOWN'],
    says: ['No limit has a plan `glod`', '`free`, `gold`', 'Write `gold`.'],
  },
  {
    kind: 'a plan where no limit has any',
    edits: [consumers('acme: { plan: gold }')],
    at: ['24:17 PLAN_UNKNOWN'],
    says: ['No limit has a plan `gold`', 'none'],
  },
  {
    kind: 'a plan that a limit elsewhere knows',
    edits: [
      plans,
      [
        '    paths: [/catalog]\n',
        `    paths: [/catalog]\n    policies: { authentication: { apiKey: {} }, rateLimit: { plans: { silver: [${window(1, 1)}] } } }\n`,
      ],
      consumers('acme: { plan: gold, apis: [orders] }', 'globex: { plan: gold }'),
    ],
    at: ['26:19 PLAN_UNKNOWN'],
    says: ['`globex` may call `catalog`, and a limit there has no plan `gold`', '`silver`'],
  },
  {
    kind: 'a consumer without a plan',
    edits: [plans, consumers('acme: { plan: gold }', 'globex: {}', 'other: { apis: [catalog] }')],
    at: ['25:3 PLAN_MISSING'],
    says: ['`globex` has no plan, and the limit of `orders` is by plan', '`free`, `gold`', '`defaultPlan`'],
  },
  {
    kind: 'a default plan that is none',
    edits: [limit(`{ plans: { ${PLANS} }, defaultPlan: fre }`)],
    at: ['17:126 PLAN_UNKNOWN'],
    says: ['This limit has no plan `fre`', 'Write `free`.'],
  },
  {
    kind: 'plans of an API that is public',
    edits: [plans, ['authentication: { apiKey: {} }', 'authentication: public']],
    at: ['17:7 LIMIT_WITHOUT_CONSUMER'],
    says: ['this API is public', 'Write `windows`, by address or api'],
  },
];

refuses(table);

test.each<[string, Edit[]]>([
  [
    'each consumer that may call has a plan',
    [plans, consumers('acme: { plan: gold }', 'other: { apis: [catalog] }')],
  ],
  ['the limit has a default plan', [limit(`{ plans: { ${PLANS} }, defaultPlan: free }`)]],
  ['there is no gateway yet', [plans, balanced]],
])('nothing is missing where %s', (_, edits) => {
  expect(parsed(...edits).consumers).toBeDefined();
});

test('what is written in one of three ways', () => {
  const read = (rateLimit: unknown) => policies.parse({ rateLimit }).rateLimit;
  const short = { requests: 10, perSeconds: 1 };
  const long = { requests: 99, perSeconds: 60 };
  expect(read(short)).toEqual({ windows: [short], by: 'consumer' });
  expect(read({ ...short, by: 'api' })).toEqual({ windows: [short], by: 'api' });
  expect(read({ windows: [long, short] })).toEqual({ windows: [long, short], by: 'consumer' });
  const both = { plans: { free: [short], gold: [short, long] }, defaultPlan: 'free' };
  expect(read(both)).toEqual({ ...both, by: 'consumer' });
});
