/** Requests whose end two programs may see in two places, with another one behind that end: generated. */
import fc from 'fast-check';

/** What stands inside a body for one program, and is a request of its own for another. */
const hidden = (id: string) => `GET /orders/hidden HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\n\r\n`;
/** The last of a connection. */
const last = (id: string) =>
  `GET /orders/last HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`;

const some = fc.constantFrom;

/** A length as it may be written, when so many bytes follow. */
const written = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(`${length}`) },
    some(length - 1, length + 1, length + 4, 0, 1, 10).map(String),
    fc.integer({ min: 1, max: 30 }).map((zeros) => `${'0'.repeat(zeros)}${length}`),
    fc
      .tuple(some(31n, 32n, 63n, 64n, 65n, 128n), fc.integer({ min: -2, max: 300 }))
      .map(([bits, more]) => `${2n ** bits + BigInt(more)}`),
    some(32n, 64n).map((bits) => `${2n ** bits + BigInt(length)}`),
    fc.stringMatching(/^[1-9]\d{15,40}$/),
    fc
      .tuple(
        some('+', '-', '0x', '0o', '\t', '\x0b', '"', ',', ', ', '\0', ''),
        some('', ' ', ',', ', ', ';', '\0', '.0', 'e0', '"', ' 4', '\x0b'),
      )
      .map(([before, after]) => `${before}${length}${after}`),
    fc
      .tuple(some(length, 0, 4), some(', ', ',', ' , ', ' ', ';'))
      .map(([other, between]) => `${length}${between}${other}`),
    some(length.toString(16), length.toString(8), `0x${length.toString(16)}`, ''),
  );

const coding = fc.oneof(
  { weight: 2, arbitrary: some('chunked', 'Chunked', 'CHUNKED') },
  fc
    .array(
      some(
        'chunked',
        ',',
        ', ',
        ' ',
        '\t',
        'identity',
        'gzip',
        'x',
        ';q=1',
        '"',
        '\0',
        '\x0b',
        '\x0c',
        '\x7f',
        '\r\n ',
        '\n ',
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('')),
  some(
    '',
    'chunked,',
    ',chunked',
    'chunked, ',
    'chunked, chunked',
    'chunked, identity',
    'identity, chunked',
    'chunke\u212a',
  ),
);

const expectation = fc.oneof(
  some('100-continue', '100-Continue', '100-CONTINUE'),
  fc
    .array(some('100-continue', ',', ' ', 'x', ';q=1', '100', '-', '\t', '\0', '"'), { maxLength: 4 })
    .map((parts) => parts.join('')),
);

const between = fc.oneof(
  { weight: 6, arbitrary: some(': ', ':') },
  some(' : ', ' :', ':\t', '\t:', ':\r\n ', ':\n ', ':\x0b', '\0:', ':  '),
);
const named = (name: string) =>
  fc.oneof(
    { weight: 6, arbitrary: some(name, name.toLowerCase(), name.toUpperCase()) },
    some(
      ` ${name}`,
      `${name}\0`,
      `X-A\n${name}`,
      `X-A: b\r${name}`,
      `X-A: b\n${name}`,
      `X-A: b\r\n\t${name}`,
      name.replaceAll('-', '_'),
      name.replaceAll('-', '.'),
      `\x0b${name}`,
    ),
  );
const ending = fc.oneof({ weight: 9, arbitrary: fc.constant('\r\n') }, some('\n', '\r', '\r\r\n', ' \r\n'));

const field = (name: string, value: fc.Arbitrary<string>) =>
  fc.tuple(named(name), between, value, ending).map((parts) => parts.join(''));

const size = (length: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(length.toString(16)) },
    some(length.toString(16).toUpperCase(), `0${length.toString(16)}`, `000000000${length.toString(16)}`),
    fc
      .tuple(
        some('', '0x', '+', '-', ' ', '\t', '\0', '\n'),
        some('', ' ', ';', ';a=b', ';a="\r\n"', ';\n', ' ;x', '\t', '\0', ';a\0', 'g', ',1', '.0'),
      )
      .map(([before, after]) => `${before}${length.toString(16)}${after}`),
    some(
      `1${'0'.repeat(16 - length.toString(16).length)}${length.toString(16)}`,
      `${2n ** 64n + BigInt(length)}`,
      `f${'0'.repeat(40)}`,
    ),
  );
const chunk = (data: string) =>
  fc.tuple(size(data.length), ending, fc.constant(data), ending).map((parts) => parts.join(''));

const trailer = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  some(
    'X-Consumer-Id: evil\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'X-A: b\n',
    'X-A\r\n',
    ' X-A: b\r\n',
  ),
);
const lastChunk = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: some('0', '00', '0;x') }, size(0)),
    ending,
    trailer,
    fc.oneof({ weight: 9, arbitrary: fc.constant('\r\n') }, some('\n', '\r', '')),
  )
  .map((parts) => parts.join(''));

const inChunks = (id: string) =>
  fc
    .tuple(
      fc.array(fc.oneof(some('abc', 'a', '0\r\n\r\n').chain(chunk), chunk(hidden(id))), { maxLength: 2 }),
      lastChunk,
    )
    .map(([chunks, end]) => chunks.join('') + end);

const special = some(
  '\0',
  '\t',
  '\x0b',
  '\x0c',
  ' ',
  '\r',
  '\n',
  '\r\n',
  ',',
  ';',
  ':',
  '\x7f',
  '\x85',
  '\xa0',
  '-',
  '0',
  '\\',
);
const changes = fc.array(fc.tuple(fc.nat(), special, some(0, 1)), { maxLength: 2 });

const changed = (text: string, all: readonly (readonly [number, string, number])[]) =>
  all.reduce((now, [place, sign, removed]) => {
    const at = place % (now.length + 1);
    return now.slice(0, at) + sign + now.slice(at + removed);
  }, text);

let number = 0;
/** Request ids, well formed and never the same again. */
const freshId = (kind: string) => `${kind}-${String(++number).padStart(8, '0')}`;

/** What follows a head, and the headers that say how long it is, each of them perhaps in a way that is none. */
function framed(body: string): fc.Arbitrary<string> {
  const length = field('Content-Length', written(body.length));
  const chunks = field('Transfer-Encoding', coding);
  const other = fc.oneof(
    field('Expect', expectation),
    some(
      'Connection: Upgrade\r\nUpgrade: websocket\r\n',
      'Trailer: X-Consumer-Id\r\n',
      'X-A: b\r\n',
      'Connection: Content-Length\r\n',
      'Connection: Transfer-Encoding\r\n',
      'TE: trailers\r\n',
      'Sec-WebSocket-Key1: 12998 5 Y3 1  .P00\r\n',
      'Content_Length: 5\r\n',
      'Transfer_Encoding: chunked\r\n',
      'Content-Encoding: chunked\r\n',
      'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
      'X-HTTP-Method-Override: HEAD\r\n',
    ),
  );
  const optional = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, other);
  return fc
    .tuple(
      some('POST', 'POST', 'PUT', 'GET', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH'),
      some('1.1', '1.1', '1.1', '1.0'),
      optional,
      fc.oneof(
        length,
        chunks,
        fc.tuple(length, chunks).map((two) => two.join('')),
        fc.tuple(length, length).map((two) => two.join('')),
        fc.tuple(chunks, length).map((two) => two.join('')),
        fc.tuple(chunks, chunks).map((two) => two.join('')),
        fc.constant(''),
      ),
      optional,
    )
    .map(
      ([method, version, one, framing, two]) =>
        `${method} /orders HTTP/${version}\r\nHost: a\r\nX-Mutant: ${++number}\r\n${one}${framing}${two}\r\n${body}`,
    );
}

export const mutant: fc.Arbitrary<string> = fc
  .constant(undefined)
  .chain(() => {
    const id = freshId('hidden');
    return fc.oneof(some('abc', '', hidden(id), `0\r\n\r\n${hidden(id)}`), inChunks(id));
  })
  .chain((body) => fc.tuple(framed(body), fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, changes)))
  .map(([text, all]) => changed(text, all) + last(freshId('last')));

/** What HAProxy takes, or takes after it has put it right, and a server could read in another way. */
const odd = some(
  'X-A: b\r\n c\r\n',
  'X-A:\r\n\tb\r\n',
  'X-A: b\n',
  'X-A:\r\n',
  'Trailer: X-A\r\n',
  'TE: trailers, chunked\r\n',
  'Connection: keep-alive, Content-Length\r\n',
  'Connection: close, Transfer-Encoding\r\n',
  'Expect: 100-Continue\r\n',
  'Sec-WebSocket-Key1: 12998 5 Y3 1  .P00\r\n',
  'Content_Length: 5\r\nTransfer_Encoding: chunked\r\n',
  'Content-Encoding: chunked\r\n',
  'Content-Type: application/x-www-form-urlencoded\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
  'X-A: \xff\xa0\x85\r\n',
);
const extension = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  some(';', ';a', ';a=b', ' ;a=b', ';a="b;c"', ';a="\\""', '\t;a', ' ', `;${'a'.repeat(300)}`),
);
const rightSize = (length: number) =>
  fc.tuple(some('', '', '0', '0000'), some('lower', 'upper'), extension).map(([zeros, way, more]) => {
    const digits = length.toString(16);
    return `${zeros}${way === 'upper' ? digits.toUpperCase() : digits}${more}`;
  });
const rightChunk = (data: string) => rightSize(data.length).map((start) => `${start}\r\n${data}\r\n`);
const rightChunks = (body: string, id: string) =>
  fc
    .tuple(
      fc.array(
        some('abc', '0\r\n\r\n', hidden(id), body || 'a', '\r\n', 'a'.repeat(3000)).chain(rightChunk),
        {
          maxLength: 4,
        },
      ),
      some('0', '0', '000', '0;a=b'),
      fc.oneof({ weight: 5, arbitrary: fc.constant('') }, some('X-A: b\r\n', 'Content-Length: 5\r\n')),
    )
    .map(([chunks, end, fields]) => `${chunks.join('')}${end}\r\n${fields}\r\n`);

const rightHead = (framing: string, body: string) =>
  fc
    .tuple(
      some('POST', 'POST', 'POST', 'PUT', 'GET', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH'),
      fc.array(odd, { maxLength: 2 }),
      fc.boolean(),
    )
    .map(([method, all, before]) => {
      const version = framing.startsWith('Transfer') ? '1.1' : ['1.1', '1.1', '1.0'][number % 3];
      const lines = before ? [...all, framing] : [framing, ...all];
      return `${method} /orders HTTP/${version}\r\nHost: a\r\nX-Mutant: ${++number}\r\n${lines.join('')}\r\n${body}`;
    });

/** Requests with a body that most of all reach a server, with what looks like another one in it. */
export const plausible: fc.Arbitrary<string> = fc
  .constant(undefined)
  .chain(() => {
    const id = freshId('hidden');
    return fc.oneof(
      some('abc', '', hidden(id), `0\r\n\r\n${hidden(id)}`, 'a'.repeat(20_000)).chain((body) => {
        const length = `Content-Length: ${body.length}\r\n`;
        return some(length, length, length + length).chain((framing) => rightHead(framing, body));
      }),
      rightChunks('', id).chain((body) =>
        some(
          'Transfer-Encoding: chunked\r\n',
          'Transfer-Encoding: Chunked\r\n',
          'Transfer-Encoding:\r\n chunked\r\n',
          `Transfer-Encoding: chunked\r\nContent-Length: ${body.length}\r\n`,
          'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
        ).chain((framing) => rightHead(framing, body)),
      ),
    );
  })
  .map((text) => text + last(freshId('last')));
