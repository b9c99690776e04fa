/** Targets and hosts that two programs may read in two ways: generated, many of them well formed. */
import fc from 'fast-check';

const some = fc.constantFrom;
const hex = (code: number) => code.toString(16).padStart(2, '0');

/** A text some of whose characters are encoded, in either case of the digits. */
const encoded = (text: string) =>
  fc
    .array(some('plain', 'plain', 'plain', 'plain', 'lower', 'upper', 'twice'), {
      minLength: text.length,
      maxLength: text.length,
    })
    .map((ways) =>
      [...text].map((sign, index) => {
        const code = hex(sign.charCodeAt(0));
        if (ways[index] === 'lower') return `%${code}`;
        if (ways[index] === 'upper') return `%${code.toUpperCase()}`;
        return ways[index] === 'twice' ? `%25${code}` : sign;
      }),
    )
    .map((signs) => signs.join(''));

const names = ['orders', 'public', 'admin', 'secret', 'hosted', 'a', 'x.json', '.well-known', '1', '~b_c-d'];
const cased = (name: string) =>
  some(name, name, name, name.toUpperCase(), `${name[0]?.toUpperCase()}${name.slice(1)}`);
const segment = fc.oneof(
  { weight: 14, arbitrary: some(...names) },
  { weight: 3, arbitrary: some(...names).chain(cased) },
  { weight: 1, arbitrary: some(...names).chain(encoded) },
);

const separator = fc.oneof(
  { weight: 24, arbitrary: fc.constant('/') },
  some(
    ...[
      '//',
      '/./',
      '/../',
      '/%2e/',
      '/%2e%2e/',
      '/.%2E/',
      '/..;/',
      '/;x/',
      '/.;/',
      '/..%2f',
      '/..%5c',
      '/...//',
    ],
    ...[
      '%2f',
      '%2F',
      '%5c',
      '%5C',
      '\\',
      '/\\',
      '\\/',
      '\\..\\',
      '%252f',
      '%c0%af',
      '%e0%80%af',
      '%ef%bc%8f',
    ],
    ...[
      '/%c0%ae%c0%ae/',
      '/%252e%252e/',
      '/%u002e%u002e/',
      '/%%32%65/',
      '/..%00/',
      '/%20../',
      '/..%09/',
      '/..//',
    ],
  ),
);

/** What may stand behind a segment. */
const appendix = fc.oneof(
  { weight: 50, arbitrary: fc.constant('') },
  some(
    ...[
      ';x',
      ';x=/orders/admin',
      '%3bx',
      ';',
      '%00',
      '%00.json',
      '%20',
      '+',
      '.',
      '..',
      '%2e',
      '%0a',
      '%0d%0a',
      '%09',
    ],
    ...[
      '%7f',
      '%ff',
      '%c3%a9',
      '%c3',
      '%a9',
      '%e2%80%a8',
      '%ed%a0%80',
      '%',
      '%4',
      '%zz',
      '%25',
      '%2541',
      '%3f',
      '%23',
    ],
    ...[
      '#',
      '#/orders/admin',
      '?',
      '?/../admin',
      '?a=%2e%2e/',
      '&',
      '$',
      "'",
      '"',
      '<',
      '|',
      '^',
      '`',
      '{',
      '[',
      ':',
      '@',
    ],
    ...['*', '~', '!', '%c2%85', '\xe9', '\t', ' ', '\x7f', '\0', '\x0b', '\x01'],
  ),
  fc.integer({ min: 0, max: 255 }).map((code) => `%${hex(code)}`),
);

const part = fc.tuple(separator, segment, appendix).map((texts) => texts.join(''));

/** Of the site that the tests have: one in two begins as a prefix of an API does. */
const begin = fc.oneof(
  { weight: 10, arbitrary: some('/orders', '/public', '/orders/admin', '/orders/secret', '/hosted', '') },
  some(
    '/orders/.',
    '/public/..',
    '/%6frders',
    '/ORDERS',
    '/orders%00',
    '/orders;x',
    '/orders2',
    '/order',
    '.',
    'x',
  ),
);

export const path: fc.Arbitrary<string> = fc
  .tuple(
    begin,
    fc.array(part, { maxLength: 3 }),
    some('', '', '', '', '', '', '/', '/', '?q=1', '//', '/.', '/..'),
  )
  .map(([start, parts, end]) => start + parts.join('') + end)
  .map((text) => (text === '' ? '/' : text));

const host = some('api.example', 'other.example', 'a', 'none.example');

/** An address of version 6 in brackets, or what looks like one. */
const address = fc
  .oneof(
    fc.ipV6(),
    fc.array(some(':', '::', '1', 'a', 'ffff', '0', '12345', '1.2.3.4', '.', '%25eth0', 'g'), {
      minLength: 1,
      maxLength: 9,
    }),
  )
  .map((parts) => `[${typeof parts === 'string' ? parts : parts.join('')}]`);

const port = fc
  .oneof(fc.integer({ min: 0, max: 100_000 }).map(String), some('0', '65535', '65536', '99999', '443'))
  .chain((digits) => some('', '', '', '0', '00').map((zeros) => zeros + digits));

/** A host as it may be written. */
export const written: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: host },
  fc.tuple(fc.oneof(host, address), port).map((both) => both.join(':')),
  address,
  some(
    'a_b.example',
    '-a.example',
    'a-.example',
    '_',
    `${'a'.repeat(70)}.example`,
    `${'a.'.repeat(140)}a`,
    '1.2.3.4.5',
  ),
  host.chain((name) =>
    some(
      ...[name.toUpperCase(), `${name}:80`, `${name}:8080`, `${name}:443`, `${name}:00080`, `${name}:99999`],
      ...[
        `${name}.`,
        `${name}.:80`,
        `${name}:`,
        `${name}:x`,
        `${name}:-1`,
        `${name}:80:80`,
        `.${name}`,
        `${name}..`,
      ],
      ...[
        `u@${name}`,
        `u:p@${name}`,
        `${name}@other.example`,
        `${name}/`,
        `${name}/orders`,
        `${name}\\`,
        `${name}?`,
      ],
      ...[
        `${name}#`,
        `${name}, other.example`,
        `${name},a`,
        `${name} a`,
        `${name}\ta`,
        `${name}\0`,
        `${name}%2e`,
      ],
      ...[
        `http://${name}`,
        `//${name}`,
        `[${name}]`,
        `*.${name}`,
        `x.${name}`,
        `${name}\x0b`,
        `${name};a`,
        ` ${name} `,
      ],
      ...[
        '',
        '[::1]',
        '[::1]:80',
        '127.0.0.1',
        '2130706433',
        '%61pi.example',
        'ap\xef.example',
        'API%2eexample',
      ],
    ),
  ),
);

/** What stands in the first line, for such a host. */
export const target = (forHost: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 24, arbitrary: path },
    fc
      .tuple(
        some('http', 'https', 'HTTP', 'ftp', 'hTTp'),
        fc.oneof({ weight: 3, arbitrary: fc.constant(forHost) }, written),
        path,
      )
      .map(([scheme, authority, rest]) => `${scheme}://${authority}${rest}`),
    some(
      '*',
      '/*',
      '//',
      'a:80',
      '?',
      'http:/orders',
      'http:///orders',
      '//api.example/orders',
      '..',
      'orders',
      '',
    ),
  );

const method = fc.oneof(
  { weight: 12, arbitrary: some('GET', 'GET', 'POST', 'HEAD', 'DELETE', 'OPTIONS', 'PUT') },
  some('get', 'Get', 'PROPFIND', 'TRACE', 'CONNECT', 'G.T', 'OPTIONS', 'M-SEARCH', 'GE_T'),
);

/** Lines that name the host. */
const hostLines = (name: string) =>
  fc.oneof(
    { weight: 24, arbitrary: fc.constant(`Host: ${name}\r\n`) },
    written.map((other) => `Host: ${name}\r\nHost: ${other}\r\n`),
    fc.constant(`Host: ${name}\r\nHost: ${name}\r\n`),
    some(
      `Host:${name}\r\n`,
      `HOST: ${name}\r\n`,
      `Host : ${name}\r\n`,
      `Host:\r\n ${name}\r\n`,
      `X: a\r\n Host: ${name}\r\n`,
      '',
    ),
  );

/** What claims another path, host or method. */
const claims = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  some(
    ...[
      'X-Original-URL: /orders/admin\r\n',
      'X-Rewrite-URL: /orders/admin\r\n',
      'X-Forwarded-Host: other.example\r\n',
    ],
    ...[
      'Script_Name: /orders\r\n',
      'SCRIPT_NAME: /public\r\n',
      'Script-Name: /orders\r\n',
      'Path-Info: /orders/admin\r\n',
    ],
    ...[
      'X-HTTP-Method-Override: DELETE\r\n',
      'X-Forwarded-Prefix: /orders/admin\r\n',
      'Forwarded: host=other.example\r\n',
    ],
  ),
);

let number = 0;

export interface Aimed {
  readonly id: string;
  readonly text: string;
}

/** A request for a generated target and host. @param headers more lines of its head */
export const aimed = (headers: fc.Arbitrary<string> = fc.constant('')): fc.Arbitrary<Aimed> =>
  written
    .chain((name) =>
      fc.tuple(
        method,
        target(name),
        some('1.1', '1.1', '1.1', '1.1', '1.0'),
        hostLines(name),
        claims,
        headers,
      ),
    )
    .map(([verb, aim, version, hosts, claim, more]) => {
      const id = `aimed-${String(++number).padStart(8, '0')}`;
      return {
        id,
        text: `${verb} ${aim} HTTP/${version}\r\n${hosts}X-Request-Id: ${id}\r\n${claim}${more}\r\n`,
      };
    });
