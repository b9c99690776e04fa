/** Spellings that tests send to a gateway, and what they have in common. */

const words = (text: string): string[] => text.trim().split(/\s+/);

export const confusingPaths = words(String.raw`
  //orders //evil.example/orders /orders//1 /orders// /orders/. /orders/.. /orders/./1 /orders/../admin
  /orders/%2e /orders/%2e/1 /orders/.%2e/admin /orders/%2e%2e/admin /orders/%2E%2E/admin
  /orders/..;/admin /orders;v=1 /orders/1;admin /orders/1%3badmin /orders/1%3Badmin
  /orders%2fadmin /orders%2Fadmin /orders%5cadmin /orders\admin /orders/\..\admin
  /orders/%61dmin /orders/%41dmin /orders/%7euser /%6frders/1 /orders/%30 /orders/a%2Db /orders/a%5Fb
  /orders/%252e%252e/admin /orders/%25%32%65 /orders/%2561dmin /orders/100%25
  /orders/% /orders/%4 /orders/%zz /orders/%u002e /orders/%%32e /orders/%-1
  /orders%00 /orders/%00.json /orders/%0a /orders/%0d%0aSet-Cookie:a=b /orders/%09 /orders/%1f /orders/%7f
  /orders/%c2%85 /orders/%e2%80%a8 /orders/%E2%80%A9
  /orders/%c0%ae%c0%ae/admin /orders/%c0%af /orders/%e0%80%ae /orders/%f0%80%80%ae /orders/%ff /orders/%FE
  /orders/%c3 /orders/%c3x /orders/%c3%20 /orders/%a9 /orders/1%a9 /orders/%20%a9 /orders/%c3%a9%a9
  /orders/%e2%82 /orders/%e2%82x /orders/%e2%82%ac%ac /orders/%ed%a0%80
  /orders/%f0%9f%98 /orders/%f0%9f%98%80%80 /orders/%f4%90%80%80 /orders/%f8%88%80%80%80
  /orders/%f5%80%80%80 /%a9 /%a9rders
`);

export const plainPaths = [
  ...words(String.raw`
    /orders /orders/ /orders/.well-known /orders/... /orders/a..b /orders/a.b~c_d-e
    /orders/a%20b /orders/%C3%A9t%C3%A9 /orders/%e2%82%ac /orders/%F0%9F%98%80%F0%9F%98%80 /orders/a%3Fb%23c
    /orders/!$&'()*+,=:@ /orders/2026-11-24T10:00:00 /orders/a@b.example /orders/%5B1%5D%7Ca%22%3C
    /orders?next=/../%2e%2e//x;y\z /orders?q=100%&x=%zz%61%00%ff
    /orders?a=http://b/c?d=[e]{f}|g^h"<> /orders?
  `),
  `/orders/${'0123456789abcdef'.repeat(500)}`,
];

export const noPaths = [
  '/orders 1',
  '/orders\t1',
  '/orders/\x00',
  '/orders/\x7f',
  '/orders/\xc3\xa9',
  '/orders/1#x',
  'orders',
  '',
];

export const confusingTargets = words(`
  http://b/orders http://a:8080/orders http://a/orders/../admin http://a//orders http:///orders
  http://user:password@a/orders http://b@a/orders http://a@b/orders ftp://a/orders file:///orders
  http://a?/orders javascript:alert(1) a:80 * ?x=/orders
`);

export const confusingHosts = [
  ...['', 'api.example.com, a', 'a, api.example.com', 'a b', 'a\tb'],
  ...['\xc3\xa9', 'api.example.com\x00.evil', 'api.example.com\x0b'],
  ...words(String.raw`
    . API.example.com. api.example.com.:443 api.example.com: api.example.com:x api.example.com:80:90
    user@api.example.com a@api.example.com api.example.com/hosted api.example.com/hosted/
    a/../api.example.com a..b a|b a?b a#b a%2eb a\b [::1 [::1]x http://api.example.com
    api.example.com:0 api.example.com:080 api.example.com:65536 api.example.com:99999 [::1]:65536
    [a] [1:2] [:::] [::1::] [::1.2.3] [12345::] [::g] [..1.2.3.4] [11.2.3.4::] [1.2.3.4:] [::1.2.3.4::] [1.2.3.4] [] [::1%25eth0] [1:2:3:4:5:6:7:8:9]
  `),
];

export const confusingMethods = [
  ...words('get Get post trace connect G.T 1GET GE_T -GET GET/'),
  ...['G\x00T', 'A'.repeat(33), 'A'.repeat(9000)],
];

export const otherVersions = [
  '',
  ...words('HTTP/0.9 HTTP/1.2 HTTP/1.10 HTTP/11 HTTP/2.0 http/1.1 HTTP/1.1x ICY/1.1'),
];

/** Framing that two programs could read differently: name, headers, body. */
export const confusingFraming: readonly (readonly [name: string, headers: string, body: string])[] = [
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
  ['chunked, but not last', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
  ['identity before chunked', 'Transfer-Encoding: identity, chunked\r\n', '0\r\n\r\n'],
  ['gzip before chunked', 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
  ['identity', 'Transfer-Encoding: identity\r\n', ''],
  ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'],
  ['two headers', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['two that differ', 'Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n', '0\r\n\r\n'],
  ['chunked in quotes', 'Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'],
  ['chunked after a vertical tab', 'Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
  ['chunked over two lines', 'Transfer-Encoding: chu\r\n nked\r\n', '0\r\n\r\n'],
  ['an empty coding', 'Transfer-Encoding:\r\n', '0\r\n\r\n'],
  ['chunked with a parameter', 'Transfer-Encoding: chunked;q=1\r\n', '0\r\n\r\n'],
  ['two lengths in one', 'Content-Length: 3, 4\r\n', 'abcd'],
  ['a negative length', 'Content-Length: -3\r\n', 'abc'],
  ['a length with a plus sign', 'Content-Length: +3\r\n', 'abc'],
  ['a hexadecimal length', 'Content-Length: 0x3\r\n', 'abc'],
  ['a length with a fraction', 'Content-Length: 3.0\r\n', 'abc'],
  ['a length with a space in it', 'Content-Length: 3 4\r\n', 'abc'],
  ['an empty length', 'Content-Length:\r\n', 'abc'],
  ['a length beyond 64 bits', 'Content-Length: 99999999999999999999\r\n', 'abc'],
  ['a chunk beyond 64 bits', 'Transfer-Encoding: chunked\r\n', '10000000000000003\r\nabc\r\n0\r\n\r\n'],
  ['a negative chunk', 'Transfer-Encoding: chunked\r\n', '-3\r\nabc\r\n0\r\n\r\n'],
  ['a chunk with 0x', 'Transfer-Encoding: chunked\r\n', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a chunk after a space', 'Transfer-Encoding: chunked\r\n', ' 3\r\nabc\r\n0\r\n\r\n'],
  ['a chunk that is longer than it says', 'Transfer-Encoding: chunked\r\n', '3\r\nabcXX0\r\n\r\n'],
];

/** Headers that are none, or that hide another one. */
export const confusingHeaders: readonly (readonly [name: string, headers: string])[] = [
  ['a space before the colon', 'X-A : b\r\n'],
  ['no name', ': b\r\n'],
  ['no colon', 'X-A\r\n'],
  ['NUL in a name', 'X-\x00A: b\r\n'],
  ['a space in a name', 'X A: b\r\n'],
  ['NUL in a value', 'X-A: b\x00X-Consumer-Id: evil\r\n'],
  ['CR in a value', 'X-A: b\rX-Consumer-Id: evil\r\n'],
  ['a vertical tab in a value', 'X-A: b\x0bc\r\n'],
  ['DEL in a value', 'X-A: b\x7f\r\n'],
  ['a value of 17 KB', `X-A: ${'b'.repeat(17_000)}\r\n`],
  ['17 KB in many headers', Array.from({ length: 50 }, (_, n) => `X-${n}: ${'b'.repeat(340)}\r\n`).join('')],
  ['70 headers', Array.from({ length: 70 }, (_, n) => `X-${n}: b\r\n`).join('')],
  ['2000 headers', Array.from({ length: 2000 }, (_, n) => `X${n}:\r\n`).join('')],
];
