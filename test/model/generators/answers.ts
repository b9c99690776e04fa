/** What an API answers: said by a segment of the path or a value of the query. */

/** Each header in one line. */
export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export const answers: Readonly<Record<string, Said>> = {
  'a-tag': { status: 200, headers: { etag: '"x"', 'cache-control': 'max-age=9000' } },
  'a-plain': { status: 200, headers: {} },
  'a-404': { status: 404, headers: { etag: '"x"' } },
  'a-410': { status: 410, headers: { 'cache-control': 'max-age=9000' } },
  'a-500': { status: 500, headers: {} },
  'a-301': { status: 301, headers: { location: '/8' } },
  'a-302': { status: 302, headers: { location: '/orders/8' } },
  'a-303': { status: 303, headers: { location: 'https://api.test/8?a=/b' } },
  'a-307': { status: 307, headers: { location: '//SHOP.test:443/orders' } },
  'a-308': { status: 308, headers: { location: 'http://other.example/8' } },
  'a-port': { status: 302, headers: { location: 'https://shop.test:8443/8' } },
  'a-rel': { status: 201, headers: { location: '8' } },
  'a-query': { status: 201, headers: { location: '?page=2' } },
  'a-near': { status: 201, headers: { location: '/ordersx/8' } },
  'a-path': { status: 200, headers: { 'set-cookie': 'a=b; Path=/' } },
  'a-deep': { status: 200, headers: { 'set-cookie': 'a=b; Path=/x' } },
  'a-own': { status: 200, headers: { 'set-cookie': 'a=b; Path=/orders' } },
  'a-host': { status: 200, headers: { 'set-cookie': '__Host-a=b; Secure; Path=/' } },
  'a-hop': { status: 200, headers: { connection: 'x-hop', 'x-hop': 'one', 'cache-control': 'max-age=9000' } },
  'a-soft': { status: 200, headers: { server: 'x/1', 'x-powered-by': 'y', 'x-frame-options': 'SAMEORIGIN' } },
  // Beside what a policy adds.
  'a-big': { status: 200, headers: { 'x-big': 'b'.repeat(14_800), 'cache-control': 'max-age=9000' } },
  'a-digits': { status: 200, headers: { 'cache-control': 'max-age=99999999999', age: '2147483646' } },
  'a-private': { status: 200, headers: { 'cache-control': 'private' } },
  'a-nostore': { status: 200, headers: { 'cache-control': 'max-age=9000, no-store' } },
  'a-age': { status: 200, headers: { 'cache-control': 'max-age=100000', age: '5' } },
  'a-stale': { status: 200, headers: { 'cache-control': 'max-age=10000', age: '20000' } },
  'a-zero': { status: 200, headers: { 'cache-control': 'max-age=0' } },
  'a-shared': { status: 200, headers: { 'cache-control': 'max-age=0, s-maxage=10000' } },
  'a-expires': { status: 200, headers: { expires: 'Thu, 01 Jan 2037 00:00:00 GMT' } },
  'a-past': { status: 200, headers: { expires: 'Thu, 01 Jan 1998 00:00:00 GMT' } },
  'a-never': { status: 200, headers: { expires: '0' } },
  'a-cdn': { status: 200, headers: { 'cache-control': 'no-store', 'cdn-cache-control': 'max-age=9000' } },
  'a-notcdn': { status: 200, headers: { 'cache-control': 'max-age=9000', 'cdn-cache-control': 'private' } },
  'a-long': { status: 200, headers: { 'cache-control': 'max-age=99999999999' } },
  'a-noage': { status: 200, headers: { 'cache-control': 'max-age=9000', age: 'x' } },
  'a-events': { status: 200, headers: { 'content-type': 'text/event-stream' } },
  'a-cookie': { status: 200, headers: { 'set-cookie': 'a=b' } },
  'a-vary': { status: 200, headers: { vary: 'Accept-Language' } },
  'a-varyx': { status: 200, headers: { vary: 'x-other' } },
  'a-old': {
    status: 200,
    headers: { 'x-old': 'one', 'x-internal': 'two', 'access-control-allow-origin': '*' },
  },
};

const usual: Said = { status: 200, headers: { 'cache-control': 'max-age=9000' } };

/** The same for the same target: what it names, or one of all to a third of the others. */
export function answerOf(target: string): Said {
  const named = answers[/a-[a-z0-9]+/.exec(target)?.[0] ?? ''];
  const number = [...target].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 9973, 7);
  const all = Object.values(answers);
  const other = number % 3 === 0 ? all[Math.floor(number / 3) % all.length] : undefined;
  return named ?? other ?? usual;
}
