import { decode, encode, type Packet, type Question, RECURSION_DESIRED } from 'dns-packet';
import fc from 'fast-check';
import { answerQuery, type Names } from '../../sandbox/dns';

const instances = (count: number, unhealthy = 0) =>
  Array.from({ length: count }, (_, index) => ({
    address: `127.20.0.${index + 1}`,
    healthy: index >= unhealthy,
  }));

const names: Names = {
  namespaces: ['shop.internal'],
  records: new Map([
    ['orders.shop.internal', { ttlSeconds: 10, routing: 'MULTIVALUE', instances: instances(2) }],
    ['many.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(12) }],
    ['half.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(4, 2) }],
    ['sick.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(3, 3) }],
    ['one.shop.internal', { ttlSeconds: 5, routing: 'WEIGHTED', instances: instances(3) }],
    ['empty.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: [] }],
  ]),
};

function ask(name: string, type: Question['type'] = 'A', more: Packet = {}) {
  const message = encode({
    type: 'query',
    id: 77,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: 'IN' }],
    ...more,
  });
  const answer = answerQuery(message, names);
  if (!answer) throw new Error('no answer');
  const packet = decode(answer) as ReturnType<typeof decode> & {
    rcode: string;
    flag_ra: boolean;
    flag_rd: boolean;
  };
  const data = (packet.answers ?? []).map((each) => ('data' in each ? String(each.data) : '')).sort();
  return { packet, data, rcode: packet.rcode };
}

it('answers with the addresses of the instances and the TTL of the record', () => {
  const { packet, data, rcode } = ask('orders.shop.internal');
  expect([rcode, data]).toEqual(['NOERROR', ['127.20.0.1', '127.20.0.2']]);
  expect(packet.answers?.[0]).toMatchObject({
    name: 'orders.shop.internal',
    type: 'A',
    class: 'IN',
    ttl: 10,
  });
  expect([packet.id, packet.type, packet.flag_ra, packet.flag_rd]).toEqual([77, 'response', true, true]);
});

it('does not care for case, and keeps that of the question', () => {
  const { packet, data } = ask('ORDERS.Shop.internal');
  expect(data).toHaveLength(2);
  expect(packet.questions?.[0]?.name).toBe('ORDERS.Shop.internal');
  expect(packet.answers?.[0]?.name).toBe('ORDERS.Shop.internal');
});

it('answers at most eight of twelve, and over time all of them', () => {
  const seen = new Set<string>();
  for (let asked = 0; asked < 200; asked++) {
    const { data } = ask('many.shop.internal');
    expect(new Set(data).size).toBe(8);
    for (const address of data) seen.add(address);
  }
  expect(seen.size).toBe(12);
});

it('answers with healthy instances only', () => {
  expect(ask('half.shop.internal').data).toEqual(['127.20.0.3', '127.20.0.4']);
});

it('answers with all when none is healthy', () => {
  expect(ask('sick.shop.internal').data).toEqual(['127.20.0.1', '127.20.0.2', '127.20.0.3']);
});

it('answers with one at random when the routing is weighted', () => {
  const seen = new Set(Array.from({ length: 100 }, () => ask('one.shop.internal').data.join()));
  expect(seen).toEqual(new Set(['127.20.0.1', '127.20.0.2', '127.20.0.3']));
});

it.each(['nothing.shop.internal', 'empty.shop.internal', 'deeper.orders.shop.internal'])(
  'says that %s does not exist',
  (name) => {
    const { packet, data, rcode } = ask(name);
    expect([rcode, data]).toEqual(['NXDOMAIN', []]);
    expect(packet.authorities?.[0]).toMatchObject({ type: 'SOA', name: 'shop.internal', ttl: 15 });
  },
);

it.each(['AAAA', 'SRV', 'TXT', 'MX'] as const)('has no %s records', (type) => {
  const { packet, data, rcode } = ask('orders.shop.internal', type);
  expect([rcode, data]).toEqual(['NOERROR', []]);
  expect(packet.authorities).toHaveLength(1);
});

it('knows the namespace itself, without addresses', () => {
  expect([ask('shop.internal').rcode, ask('shop.internal').data]).toEqual(['NOERROR', []]);
});

it.each(['example.com', 'internal', 'notshop.internal', ''])('refuses %j', (name) => {
  expect(ask(name).rcode).toBe('REFUSED');
});

it('answers EDNS with EDNS, and without it without', () => {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 4096,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } as const;
  expect(
    ask('orders.shop.internal', 'A', { additionals: [{ ...opt, options: [] }] }).packet.additionals,
  ).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
  expect(ask('orders.shop.internal').packet.additionals).toEqual([]);
});

it('fits eight addresses into a plain UDP answer', () => {
  const message = encode({
    type: 'query',
    id: 1,
    questions: [{ name: 'many.shop.internal', type: 'A', class: 'IN' }],
  });
  expect(answerQuery(message, names)?.length).toBeLessThanOrEqual(512);
});

it('does not answer answers, nor what is no DNS', () => {
  expect(answerQuery(encode({ type: 'response', id: 1 }), names)).toBeUndefined();
  expect(answerQuery(Buffer.from('no'), names)).toBeUndefined();
  expect(answerQuery(Buffer.alloc(0), names)).toBeUndefined();
});

it('refuses updates and queries with two questions', () => {
  const question: Question = { name: 'orders.shop.internal', type: 'A', class: 'IN' };
  expect(ask('orders.shop.internal', 'A', { flags: 5 << 11 }).rcode).toBe('NOTIMP');
  expect(ask('', 'A', { questions: [question, question] }).rcode).toBe('FORMERR');
});

it('survives any datagram', () => {
  const query = encode({
    type: 'query',
    id: 1,
    questions: [{ name: 'orders.shop.internal', type: 'A', class: 'IN' }],
  });
  const damaged = fc
    .array(fc.tuple(fc.nat(query.length - 1), fc.nat(255)), { maxLength: 4 })
    .map((changes) => {
      const copy = Buffer.from(query);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    });
  const noise = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(damaged, noise), (message) => {
      const answer = answerQuery(message, names);
      expect(answer === undefined || answer.length >= 12).toBe(true);
    }),
    { numRuns: 500 },
  );
});
