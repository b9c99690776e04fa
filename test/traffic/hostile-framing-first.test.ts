/**
 * Proves that framing is judged before all else: a refusal for another reason would leave the connection open, and what
 * the program in front takes for a body would be the next request here. Its answer would go to another caller.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Attack } from './support/attack';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

let pair: Pair;
const attack = new Attack(() => pair);

beforeAll(async () => {
  const model = gatewayModel({ orders: {} }, { letters: 'a', hosts: ['shop.test'] });
  pair = await Pair.start({ net: 78, model, instances: { orders: 1 } });
}, 30_000);
afterAll(() => pair?.stop());
beforeEach(() => attack.forget());

/** What is refused for something else, or is of no API. */
const refused: readonly (readonly [string, string])[] = [
  ['TRACE', 'TRACE /orders HTTP/1.1\r\nHost: shop.test\r\n'],
  ['method', 'post /orders HTTP/1.1\r\nHost: shop.test\r\n'],
  ['host', 'POST /orders HTTP/1.1\r\nHost: shop..test\r\n'],
  ['path', 'POST /orders//7 HTTP/1.1\r\nHost: shop.test\r\n'],
  ['target', 'OPTIONS * HTTP/1.1\r\nHost: shop.test\r\n'],
  ['control character', 'POST /orders HTTP/1.1\r\nHost: shop.test\r\nX-A: \x01\r\n'],
  ['size', `POST /orders HTTP/1.1\r\nHost: shop.test\r\nX-A: ${'a'.repeat(15_400)}\r\n`],
  ['lines', `POST /orders HTTP/1.1\r\nHost: shop.test\r\n${'X-A: a\r\n'.repeat(70)}`],
  ['no such host', 'POST /orders HTTP/1.1\r\nHost: other.test\r\n'],
  ['no such API', 'POST /nothing HTTP/1.1\r\nHost: shop.test\r\n'],
];
const framings = [
  'Content-Length: 18446744073709551616',
  'Content-Length: 1234567890123456',
  'Transfer-Encoding: chunked,',
  'Content-Length: 3\r\nExpect: x',
];
const behind = 'GET /orders/behind HTTP/1.1\r\nHost: shop.test\r\n\r\n';

test.each(refused)('%s: one answer, and the connection ends', async (_, head) => {
  for (const framing of framings) {
    const replies = await attack.say(`${head}${framing}\r\n\r\n${behind}`);
    // HAProxy refuses some by itself, and 3.x may say nothing then.
    expect([framing, replies.length]).toEqual([framing, Math.min(replies.length, 1)]);
    expect([framing, attack.arrived()]).toEqual([framing, []]);
  }
});
