/** Proves, place by place, what of a string may stand in the configuration, and how it is written there. */
import { describe, expect, test } from '@jest/globals';
import { all, printRules, rule } from '../../constructs/gateway/haproxy/language/rules';
import { line, type PlaceName, put, textProblem } from '../../constructs/gateway/haproxy/language/text';

const accepts = (place: PlaceName, value: string) => textProblem(place, value, []).length === 0;

describe('what a place takes', () => {
  test.each([
    ['name', 'orders-2', true],
    ['name', 'Orders', false],
    ['name', 'orders.cached', false],
    ['name', 'a b', false],
    ['name', '', false],
    ['host', 'orders.prod.internal', true],
    ['host', 'localhost', true],
    ['host', 'a..b', false],
    ['host', 'a.b:80', false],
    ['host', '$HOME', false],
    ['path', '/', true],
    ['path', '/v1/orders_1.~-', true],
    ['path', 'orders', false],
    ['path', '/a//b', false],
    ['path', '/a/../b', false],
    ['path', '/a b', false],
    ['path', '/a|b', false],
    ['path', '/%[env(X)]', false],
    ['headerName', 'X-Channel', true],
    ['headerName', 'X_Channel', false],
    ['headerName', 'x:y', false],
    ['headerValue', 'beta "1" $HOME %[src] \\ #', true],
    ['headerValue', 'größer', true],
    ['headerValue', 'a\nb', false],
    ['headerValue', 'a\u0000', false],
    ['headerValue', '', false],
    ['headerValue', 'x'.repeat(129), false],
    ['queryName', 'page.size', true],
    ['queryName', 'a=b', false],
    ['queryName', 'a,b', false],
    ['cidr', '10.0.0.0/16', true],
    ['cidr', '10.0.0.0', false],
    ['cidr', '10.0.0.0/16 10.1.0.0/16', false],
    ['status', '200-299', true],
    ['status', '200,201', false],
  ] as [PlaceName, string, boolean][])('%s %j: %s', (place, value, taken) => {
    expect(accepts(place, value)).toBe(taken);
  });
});

describe('how it is written', () => {
  test.each([
    ['headerValue', 'a "b" $C \\d %e', '"a \\"b\\" \\$C \\\\d %e"'],
    ['headerWildcard', 'v1.?-*$', '"^v1\\\\..-(?=.{1}).*+(?<=\\\\\\$)\\$"'],
    ['queryNameRegex', 'q.x', 'q\\\\.x'],
    ['name', 'orders', 'orders'],
  ] as [PlaceName, string, string][])('%s %j is %s', (place, value, written) => {
    expect(put(place, value)).toBe(written);
  });

  test('what a place does not take is not written, even when nobody has asked before', () => {
    expect(() => put('name', 'a\nb')).toThrow('Unchecked text reached the place "name"');
    expect(() => line`timeout server ${1.5}s`).toThrow('Not a whole number: 1.5');
  });

  test('a problem says where, what and what instead', () => {
    expect(textProblem('headerName', 'x y', ['apis', 'orders'])).toEqual([
      {
        code: 'GATEWAY_TEXT',
        path: ['apis', 'orders'],
        message: 'The gateway cannot carry this text.',
        given: '"x y"',
        allowed: 'letters, digits and hyphens, up to 40',
        fix: 'Write it with the allowed characters only.',
      },
    ]);
  });
});

test('a brace alone would end the condition that it stands in, and is refused', () => {
  expect(textProblem('headerValue', '}', ['apis', 'orders'])).toMatchObject([
    { code: 'GATEWAY_TEXT', given: '"}"' },
  ]);
  expect(textProblem('headerValue', '}}', ['apis', 'orders'])).toEqual([]);
});

test('one rule may be for a request, for its answer and for whatever leaves', () => {
  const one = rule(line`del-header X-One`, all(line`{ var(txn.a) -m found }`));
  expect(printRules({ request: [one], response: [one], afterResponse: [one] })).toEqual([
    'http-request del-header X-One if { var(txn.a) -m found }',
    'http-response del-header X-One if { var(txn.a) -m found }',
    'http-after-response del-header X-One if { var(txn.a) -m found }',
  ]);
});
