/** Validation in the environment file: what is refused, at which place and with which way out; and patterns. */
import { describe, expect, test } from '@jest/globals';
import { gunzipSync, strFromU8 } from 'fflate';
import { haproxy } from '../../constructs/gateway/haproxy';
import { textProblem } from '../../constructs/gateway/haproxy/language/text';
import { patternProblem, patternText, readPattern } from '../../constructs/gateway/pattern';
import { gatewayModel } from '../traffic/support/model';
import { type Broken, parsed, refuses } from './environment-fixture';

const LIMIT = '      rateLimit: { requests: 10, perSeconds: 60 }\n';
/** Validation of the API on line 18, and of its routes from line 20 on. */
const written = (validation: string, ...routes: string[]): [string, string][] => [
  [
    LIMIT,
    `${LIMIT}      validation: ${validation}\n${routes.length > 0 ? '    routes:\n' : ''}${routes
      .map((route) => `      ${route}\n`)
      .join('')}`,
  ],
];

const table: Broken[] = [
  {
    kind: 'a pattern that takes too long',
    edits: written("{ query: { parameters: { q: { pattern: '(a+)+' } } } }"),
    at: ['18:58 WRONG_VALUE'],
    says: ['The pattern cannot be used. a+ can read the same text in too many ways'],
  },
  {
    kind: 'a pattern that looks around',
    edits: written("{ requiredHeaders: { x-a: { pattern: '(?=a)' } } }"),
    at: ['18:56 WRONG_VALUE'],
    says: ['Of groups only ( ) and (?: ) can be used.'],
  },
  {
    kind: 'a JSON Schema in the wrong place',
    edits: written('{ schema: { type: object } }'),
    at: ['18:21 UNKNOWN_KEY'],
    says: ['`schema`', 'requiredJsonFields'],
  },
  {
    kind: 'a keyword that the gateway does not check',
    edits: written(
      '{ body: { schema: { properties: { a: { anyOf: [] }, b: { items: { type: text } } } } } }',
    ),
    at: ['18:65 WRONG_VALUE', '18:91 WRONG_VALUE'],
    says: [
      'validation.body.schema.properties.a.anyOf',
      'The gateway does not check `anyOf`, so it must not stand here. It checks `type`, `enum`,',
      'Types are `null`, `boolean`, `integer`',
    ],
  },
  {
    kind: 'a path parameter of an API',
    edits: written('{ pathParameters: { id: {} } }'),
    at: ['18:43 VALIDATION_PATH_PARAMETER'],
    says: ['Path parameters belong to a route', 'Move this to a route with `paths` such as /orders/{id}.'],
  },
  {
    kind: 'a path parameter that no path of the route has as one segment',
    edits: written(
      '{}',
      "one: { paths: ['/orders/{id}', '/orders/all/{rest+}'], policies: { validation: { pathParameters: { id: {}, rest: {} } } } }",
    ),
    at: ['20:120 VALIDATION_PATH_PARAMETER'],
    says: ['No path of this route has `{rest}` as a segment.', 'not `{name+}`, which is several segments'],
  },
  {
    kind: 'a header that authentication takes away',
    edits: written('{ requiredHeaders: { x-api-key: {} } }'),
    at: ['18:51 VALIDATION_HEADER'],
    says: ['`x-api-key` says who calls', 'Leave it out'],
  },
  {
    kind: 'a header that the gateway sets itself',
    edits: written('{ requiredHeaders: { x-forwarded-for: {} } }'),
    at: ['18:40 BAD_NAME'],
    says: ['a header in lower case', 'that a client may set'],
  },
  {
    kind: 'a route of methods that its API refuses',
    edits: written(
      '{ methods: [GET, POST] }',
      'read: { methods: [GET, HEAD], policies: { rateLimit: none } }',
      'drop: { methods: [DELETE], policies: { rateLimit: none } }',
    ),
    at: ['18:30 VALIDATION_METHODS'],
    says: ['The route `drop` takes methods that validation always refuses.', 'DELETE', 'GET, POST'],
  },
  {
    kind: 'a limit for bodies that cannot be measured',
    edits: written('{ maxBodyBytes: 10, requireLength: false }'),
    at: ['18:54 VALIDATION_LENGTH'],
    says: ['in chunks cannot be measured', 'Leave `requireLength` out'],
  },
  {
    kind: 'fields of a body that is larger than what the gateway sees',
    edits: written('{ maxBodyBytes: 12289, requiredJsonFields: [id] }'),
    at: ['18:35 VALIDATION_JSON_SIZE'],
    says: ['not at hand at once', '12289', '12288 or less', 'check larger bodies in the API'],
  },
  {
    kind: 'a schema for a body that is larger than what the gateway sees',
    edits: written('{ body: { schema: {} }, maxBodyBytes: 12289 }'),
    at: ['18:57 VALIDATION_JSON_SIZE'],
    says: ['not at hand at once'],
  },
  {
    kind: 'a schema for bodies that are no JSON',
    edits: written('{ body: { schema: {} }, contentTypes: [text/xml] }'),
    at: ['18:57 VALIDATION_JSON_TYPE'],
    says: ['JSON bodies only', 'text/xml', '`body`'],
  },
  {
    kind: 'fields of bodies that are no JSON',
    edits: written(
      '{ maxBodyBytes: 10, contentTypes: [application/json, a/b, application/x+json], requiredJsonFields: [id] }',
    ),
    at: ['18:53 VALIDATION_JSON_TYPE'],
    says: ['JSON bodies only', 'a/b'],
  },
  {
    kind: 'two parameters that some programs read as one',
    edits: written('{ query: { parameters: { id: {}, Id: {} } } }'),
    at: ['18:56 VALIDATION_QUERY_NAMES'],
    says: ['differ only by upper and lower case'],
  },
  {
    kind: 'a range that ends before it begins',
    edits: written('{ query: { parameters: { n: { integer: { minimum: 5, maximum: 4 } } } } }'),
    at: ['18:81 VALIDATION_RANGE'],
    says: ['minimum 5, maximum 4'],
  },
];

refuses(table);

test('a policy of an API is a route’s too, and a problem is told where it is written', () => {
  const { orders } = parsed(
    ...written('{ methods: [GET] }', "one: { paths: ['/orders/{id}'], policies: { validation: none } }"),
  ).apis;
  expect(orders?.policies.validation?.methods).toEqual(['GET']);
  expect(orders?.routes.one?.policies.validation).toBe('none');
});

describe('what is rendered', () => {
  const files = (validation?: object) => {
    const policies = validation ? { validation } : {};
    const model = gatewayModel({ orders: { policies }, invoices: { policies } });
    const [member] = model.members;
    if (!member) throw new Error('No member');
    return Object.values(haproxy.render(model, member).environment).map((text) =>
      strFromU8(gunzipSync(Buffer.from(text, 'base64'))),
    );
  };

  test('is nothing, when nothing is asked for', () => {
    expect(files({})).toEqual(files());
    expect(files({ methods: ['GET'] })).not.toEqual(files());
  });

  test('stands once for all APIs that ask for the same', () => {
    const text = files({ requiredHeaders: { 'x-tenant': {} } }).join('');
    expect(text.split('The header x-tenant is missing.')).toHaveLength(2);
  });
});

describe('patterns', () => {
  test.each([
    ['^[a-z]+$', '[a-z]+'],
    ['a|b$', 'a|b'],
    ['(?:ab)+c', '(ab)+c'],
    ['x(a|b)y', 'x(a|b)y'],
    ['\\d{4}-\\d{2}', '[0-9]{4}-[0-9]{2}'],
    ['\\w', '[0-9A-Z_a-z]'],
    ['[\\]\\\\^-]', '[]\\\\^-]'],
    ['[-^]', '[-^]'],
    ['a\\$', 'a\\$'],
    ['"', '"'],
    ['[^ -~]', '\u001a'],
    ['.', '[] -,.-Z_-~\u001a\\\\[^-]'],
  ])('%s is written as %j', (source, text) => {
    expect(patternText(readPattern(source))).toBe(text);
  });

  test.each([
    '',
    'a**',
    'a+?',
    'a{3,2}',
    'a{0}',
    'a{256}',
    '((a{1,9}b){1,255}c){1,255}',
    '(',
    ')',
    'a)',
    '[',
    '[]',
    '[^]',
    '[z-a]',
    '[a-\\d]',
    '(a|)',
    '{',
    ']',
    '*',
    'a$b',
    'a^',
    '\\b',
    '\\1',
    '\\s',
    '\\p{L}',
    '\\u0041',
    '\\',
    '(?!a)',
    '(?<n>a)',
    'ü',
    'a\n',
    'a'.repeat(201),
    '(a*)*',
    '(a|a)+',
    '(a|ab|b)*',
    '(a?b?)*',
    '([a-z]+,?)*',
    '(\\w+ ?)+',
  ])('%j is refused', (source) => {
    expect(patternProblem(source)).toMatch(/^\S.*\.$/);
    expect(textProblem('pattern', source, ['x'])).toMatchObject([{ code: 'GATEWAY_TEXT', path: ['x'] }]);
  });

  test.each([
    '[a-z]+(-[a-z]+)*',
    '([a-z0-9-]+\\.)+[a-z]{2,}',
    '[^@]+@[^@]+\\.[^@]+',
    '([0-9a-f]{2})+',
    'a'.repeat(200),
    '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '([a-z]+,)*[a-z]+',
    '(\\d{1,3}\\.){3}\\d{1,3}',
    '(a|b)*abb',
  ])('%j is taken', (source) => {
    expect(patternProblem(source)).toBeUndefined();
  });
});
