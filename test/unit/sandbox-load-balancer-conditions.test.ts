import fc from 'fast-check';
import { conditionLines } from '../../sandbox/load-balancer/conditions';
import { patternToRegex, quote, quoteBody, quoteFormat } from '../../sandbox/load-balancer/quote';
import type { Condition } from '../../sandbox/load-balancer/state';

describe('patterns', () => {
  it.each([
    ['/orders', '\\/orders'],
    ['/orders/*', '\\/orders\\/.*'],
    ['/v?/x', '\\/v.\\/x'],
    ['a.b', 'a\\.b'],
    ['a\\*b', 'a\\*b'],
    ['a\\?b', 'a\\?b'],
    ['a\\\\b', 'a\\\\b'],
    ['a\\b', 'a\\\\b'],
    ['(a|b)+$', '\\(a\\|b\\)\\+\\$'],
  ])('%s is %s', (pattern, regex) => {
    expect(patternToRegex(pattern)).toBe(regex);
  });

  it('matches itself, whatever it is, when it holds no wildcard', () => {
    const plain = fc.string({ maxLength: 20 }).filter((each) => !/[*?\\]/.test(each));
    fc.assert(
      fc.property(plain, (pattern) =>
        expect(new RegExp(`^${patternToRegex(pattern)}$`).test(pattern)).toBe(true),
      ),
    );
  });
});

describe('quoting', () => {
  it.each([
    ['a b', '"a b"'],
    ['"', '"\\""'],
    ['$HOME', '"\\$HOME"'],
    ['\\', '"\\\\"'],
    ["it's #1", '"it\'s #1"'],
  ])('%j is the word %s', (plain, quoted) => {
    expect(quote(plain)).toBe(quoted);
  });

  it('keeps percent signs of a format', () => {
    expect(quoteFormat('100%[src]')).toBe('"100%%[src]"');
  });

  it('writes line ends and tabs of a body as escapes', () => {
    expect(quoteBody('a\r\n\tb\\n')).toBe('"a\\r\\n\\tb\\\\n"');
  });

  it.each(['\n', '\r', '\0', '\x7f', '\t'])('refuses the control character %j', (character) => {
    expect(() => quote(`a${character}b`)).toThrow('control character');
  });

  it('refuses control characters in a body', () => {
    expect(() => quoteBody('a\0b')).toThrow('control character');
  });
});

describe('conditions', () => {
  const cases: [Condition, string[]][] = [
    [
      { field: 'host-header', values: ['api.example.com', '*.example.org'] },
      [
        'acl c req.fhdr(host),host_only -m reg -i -- "^api\\\\.example\\\\.com\\$"',
        'acl c req.fhdr(host),host_only -m reg -i -- "^.*\\\\.example\\\\.org\\$"',
      ],
    ],
    [{ field: 'path-pattern', values: ['/a?'] }, ['acl c path -m reg -- "^\\\\/a.\\$"']],
    [{ field: 'http-header', name: 'X-A', values: ['b'] }, ['acl c req.fhdr(X-A) -m reg -i -- "^b\\$"']],
    [{ field: 'http-request-method', values: ['GET'] }, ['acl c method -m str -- "GET"']],
    [
      { field: 'query-string', values: [{ key: 'k', value: 'v*' }] },
      ['acl c query -m reg -i -- "(^|&)k=v[^&]*(&|\\$)"'],
    ],
    [
      { field: 'query-string', values: [{ value: 'v' }] },
      ['acl c query -m reg -i -- "(^|&)([^&=]*=)?v(&|\\$)"'],
    ],
    [
      { field: 'source-ip', values: ['10.0.0.0/8', '2001:db8::/32'] },
      ['acl c src 10.0.0.0/8', 'acl c src 2001:db8::/32'],
    ],
  ];

  it.each(cases)('%j', (condition, lines) => {
    expect(conditionLines('c', condition)).toEqual(lines);
  });

  it.each<Condition>([
    { field: 'http-header', name: 'a) -m found } #', values: ['x'] },
    { field: 'source-ip', values: ['10.0.0.0/8 } deny'] },
    { field: 'path-pattern', values: ['/a\nfrontend evil'] },
  ])('refuses %j', (condition) => {
    expect(() => conditionLines('c', condition)).toThrow();
  });
});
