/** Proves that no body at the size limit takes long, whatever it says, and prints what each takes. */
import { afterAll, expect, test } from '@jest/globals';
import { bodiesLua } from '../../constructs/gateway/haproxy/validation/body-settings';
import { compiled, type Schema } from './support/body-checker';
import { LuaInHaproxy } from './support/lua-in-haproxy';

const harness = `
local check
core.register_action = function(_, _, action) check = action end
dofile('bodies.lua')
function answer(line)
  local id, text = line:match('^(%d+):(.*)$')
  local txn = { sf = { req_body = function() return text end }, set_var = function() end }
  local least = math.huge
  for _ = 1, 15 do
    local began = os.clock()
    check(txn, id)
    least = math.min(least, os.clock() - began)
  end
  return ('%.3f'):format(least * 1000)
end
`;
const lua = new LuaInHaproxy(harness, bodiesLua());
afterAll(() => lua.remove());

const size = 12 * 1024;
function full(begin: string, one: (index: number) => string, end: string): string {
  let text = begin;
  for (let index = 0; ; index++) {
    const next = `${text}${index === 0 ? '' : ','}${one(index)}`;
    if (next.length + end.length > size) return text + end;
    text = next;
  }
}

/** Asks all of each value, at every depth. */
const most: Schema = {
  type: ['array', 'object', 'string', 'number', 'null', 'boolean'],
  uniqueItems: true,
  items: { $ref: '#' },
  additionalProperties: { $ref: '#' },
  minProperties: 0,
  maxLength: 12_288,
  minLength: 0,
  minimum: -1e9,
  maximum: 1e9,
};
const words = { items: { pattern: '([a-z]+-)*[a-z]+[0-9]{1,20}x$' } };
const order: Schema = {
  type: 'object',
  required: ['id', 'lines'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', format: 'uuid' },
    lines: {
      items: {
        required: ['sku', 'count'],
        additionalProperties: false,
        properties: {
          sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{4}$' },
          count: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
};

const bodies: Readonly<Record<string, readonly [Schema, string]>> = {
  'an ordinary one': [
    order,
    full(
      '{"id":"00000000-0000-0000-0000-000000000000","lines":[',
      () => '{"sku":"ABC-1234","count":3}',
      ']}',
    ),
  ],
  'empty lists': [most, full('[', () => '[]', ']')],
  'empty objects': [most, full('[', () => '{}', ']')],
  'lists of one': [most, full('[', (index) => `[${index}]`, ']')],
  'deep lists': [most, full('[', () => '['.repeat(31) + ']'.repeat(31), ']')],
  'deep lists of two': [most, full('[', (index) => `${'['.repeat(30)}${index},1${']'.repeat(30)}`, ']')],
  'objects in lists in objects': [most, full('[', () => '{"a":[{"b":{}}]}', ']')],
  'small numbers': [most, full('[', (index) => String(index), ']')],
  'the same number': [{ items: { type: 'integer', minimum: 0, maximum: 9 } }, full('[', () => '1', ']')],
  'numbers of one place in a table': [most, full('[', (index) => String((index + 1) * 2047), ']')],
  'parts of numbers': [most, full('[', (index) => `${index}.5e-3`, ']')],
  'many names': [most, full('{', (index) => `"${index.toString(36)}":0`, '}')],
  'many names that are not taken': [
    { additionalProperties: false },
    full('{', (index) => `"${index}":0`, '}'),
  ],
  'empty texts': [{ items: { type: 'string' } }, full('[', () => '""', ']')],
  'a long text': [{ ...words.items, minLength: 4000 }, `"${'a'.repeat(size - 2)}"`],
  'a long text of other letters': [
    { pattern: '^[^a]*$', minLength: 4000 },
    `"${'é'.repeat((size - 2) / 2)}"`,
  ],
  'a long text of escapes': [{ pattern: '^[^a]*$' }, `"${'\\n'.repeat((size - 2) / 2)}"`],
  'many texts': [words, full('[', () => '"a-b-c-9x"', ']')],
  'many values of a list': [
    { items: { enum: Array.from({ length: 256 }, (_, index) => [`v${index}`]) } },
    full('[', () => '["v9"]', ']'),
  ],
  'many times': [{ items: { format: 'date-time' } }, full('[', () => '"2024-02-29T23:59:59+01:00"', ']')],
  'a long time': [{ format: 'time' }, `"00:00:00.${'1'.repeat(size - 12)}"`],
  'many addresses': [{ items: { format: 'ipv6' } }, full('[', () => '"1:2:3:4:5:6:7:8"', ']')],
  blanks: [{}, `[${' '.repeat(size - 2)}]`],
};

test('each of 12 KiB takes less than 5 ms of a processor', () => {
  const asked = Object.values(bodies);
  expect(asked.filter(([, text]) => Buffer.byteLength(text) > size)).toEqual([]);
  const policies = asked.map(([schema]) => ({ schema: compiled(schema) }));
  const answers = lua.ask(
    asked.map(([, text], index) => `${index}:${text}`),
    { 'bodies.json': JSON.stringify({ ...policies }) },
  );
  const taken = Object.keys(bodies).map((name, index) => [name, Number(answers[index])] as const);
  console.info(taken.map(([name, ms]) => `${ms.toFixed(2)} ms  ${name}`).join('\n'));
  // Twice the promise: other suites share the machine.
  expect(taken.filter(([, ms]) => !(ms < 10))).toEqual([]);
});
