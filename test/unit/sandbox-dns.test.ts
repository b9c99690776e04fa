import { decode, encode, type Packet, type Question, RECURSION_DESIRED } from 'dns-packet';
import fc from 'fast-check';
import { VpcResolver } from '../../sandbox/dns/resolver';
import type { NameRecord, Names } from '../../sandbox/dns/zones';

const instances = (count: number, unhealthy = 0) =>
  Array.from({ length: count }, (_, index) => ({
    address: `127.20.0.${index + 1}`,
    healthy: index >= unhealthy,
  }));

const names: Names = {
  zones: new Map([
    ['shop.internal', { soaTtlSeconds: 15 }],
    ['eu.shop.internal', { soaTtlSeconds: 4 }],
    ['slow.internal', { soaTtlSeconds: 200_000 }],
  ]),
  records: new Map([
    ['orders.shop.internal', { ttlSeconds: 10, routing: 'MULTIVALUE', instances: instances(2) }],
    ['many.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(12) }],
    ['half.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(4, 2) }],
    ['sick.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: instances(3, 3) }],
    ['one.shop.internal', { ttlSeconds: 5, routing: 'WEIGHTED', instances: instances(3) }],
    ['empty.shop.internal', { ttlSeconds: 5, routing: 'MULTIVALUE', instances: [] }],
  ]),
};

/** Answers from what it has not kept. */
function fresh(known = names): VpcResolver {
  const resolver = new VpcResolver(() => 0);
  resolver.names = known;
  return resolver;
}

function ask(name: string, type: Question['type'] = 'A', more: Packet = {}, resolver = fresh()) {
  const message = encode({
    type: 'query',
    id: 77,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: 'IN' }],
    ...more,
  });
  const answer = resolver.answer(message);
  if (!answer) throw new Error('no answer');
  const packet = decode(answer) as ReturnType<typeof decode> & {
    rcode: string;
    flag_ra: boolean;
    flag_rd: boolean;
    flag_aa: boolean;
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
  expect(packet.flag_aa).toBe(false);
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

it('takes the TTL of the SOA record from the namespace, the inner one of two', () => {
  expect(ask('gone.eu.shop.internal').packet.authorities?.[0]).toMatchObject({
    type: 'SOA',
    name: 'eu.shop.internal',
    ttl: 4,
  });
});

it('says at most a day of what is not there', () => {
  expect(ask('gone.slow.internal').packet.authorities?.[0]).toMatchObject({
    ttl: 86_400,
    data: { minimum: 86_400 },
  });
});

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
  expect(fresh().answer(message)?.length).toBeLessThanOrEqual(512);
});

it('does not answer answers, nor what is no DNS', () => {
  expect(fresh().answer(encode({ type: 'response', id: 1 }))).toBeUndefined();
  expect(fresh().answer(Buffer.from('no'))).toBeUndefined();
  expect(fresh().answer(Buffer.alloc(0))).toBeUndefined();
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
      const answer = fresh().answer(message);
      expect(answer === undefined || answer.length >= 12).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe('what a resolver keeps', () => {
  let nowMs = 0;
  const record = (ttlSeconds: number, ...addresses: string[]): NameRecord => ({
    ttlSeconds,
    routing: 'MULTIVALUE',
    instances: addresses.map((address) => ({ address, healthy: true })),
  });
  /** A resolver and what Cloud Map has; the second one may change. */
  function start() {
    nowMs = 0;
    const resolver = new VpcResolver(() => nowMs);
    const has = (...entries: [string, NameRecord][]) => {
      resolver.names = { zones: names.zones, records: new Map(entries) };
    };
    const at = (seconds: number, name: string, type: Question['type'] = 'A') => {
      nowMs = 1000 * seconds;
      const { packet, data, rcode } = ask(name, type, {}, resolver);
      const [first] = [...(packet.answers ?? []), ...(packet.authorities ?? [])];
      return [rcode, data, first && 'ttl' in first ? first.ttl : undefined];
    };
    return { has, at };
  }

  it('is an answer, for its TTL, which goes down', () => {
    const { has, at } = start();
    has(['orders.shop.internal', record(5, '127.20.0.1')]);
    expect(at(100, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 5]);
    has(['orders.shop.internal', record(5, '127.20.0.2')]);
    expect(at(100.5, 'ORDERS.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 5]);
    expect(at(103, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 2]);
    expect(at(104.999, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 1]);
    expect(at(105, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.2'], 5]);
  });

  it('is that there is no such name, of any type, for the TTL of the SOA record', () => {
    const { has, at } = start();
    has();
    expect(at(0, 'gateway-b.shop.internal', 'AAAA')).toEqual(['NXDOMAIN', [], 15]);
    has(['gateway-b.shop.internal', record(5, '127.20.0.9')]);
    expect(at(1, 'gateway-b.shop.internal')).toEqual(['NXDOMAIN', [], 14]);
    expect(at(14.9, 'gateway-b.shop.internal')).toEqual(['NXDOMAIN', [], 1]);
    expect(at(15, 'gateway-b.shop.internal')).toEqual(['NOERROR', ['127.20.0.9'], 5]);
  });

  it('is that there are no records of a type, for that type alone', () => {
    const { has, at } = start();
    has(['orders.eu.shop.internal', record(60, '127.20.0.1')]);
    expect(at(0, 'orders.eu.shop.internal', 'AAAA')).toEqual(['NOERROR', [], 4]);
    expect(at(3, 'orders.eu.shop.internal', 'AAAA')).toEqual(['NOERROR', [], 1]);
    expect(at(3, 'orders.eu.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 60]);
    expect(at(62, 'orders.eu.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 1]);
    expect(at(62, 'orders.eu.shop.internal', 'AAAA')).toEqual(['NOERROR', [], 4]);
  });

  it('is one draw of eight from many, until it asks again', () => {
    const { has, at } = start();
    const twenty = Array.from({ length: 20 }, (_, index) => `127.20.1.${index + 1}`);
    has(['many.shop.internal', record(5, ...twenty)]);
    const draws = Array.from({ length: 200 }, (_, second) => String(at(second, 'many.shop.internal')[1]));
    const kept = Array.from({ length: 40 }, (_, turn) => new Set(draws.slice(5 * turn, 5 * turn + 5)));
    expect(kept.map((draw) => draw.size)).toEqual(Array(40).fill(1));
    // That two draws of eight from twenty are equal has a chance of 1 in 125,970.
    expect(new Set(draws).size).toBeGreaterThan(35);
    expect(draws.every((draw) => draw.split(',').length === 8)).toBe(true);
  });

  it('is nothing with a TTL of 0, and no refusal', () => {
    const { has, at } = start();
    has(['orders.shop.internal', record(0, '127.20.0.1')]);
    expect(at(0, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.1'], 0]);
    has(['orders.shop.internal', record(0, '127.20.0.2')]);
    expect(at(0, 'orders.shop.internal')).toEqual(['NOERROR', ['127.20.0.2'], 0]);
    expect(at(0, 'orders.example.com')).toEqual(['REFUSED', [], undefined]);
  });

  it('is bounded: the oldest of ten thousand names goes', () => {
    const { has, at } = start();
    has();
    at(0, 'first.shop.internal');
    at(0, 'second.shop.internal');
    for (let index = 0; index < 9999; index++) at(0, `n${index}.shop.internal`);
    has(['first.shop.internal', record(5, '127.20.0.1')], ['second.shop.internal', record(5, '127.20.0.2')]);
    expect(at(1, 'second.shop.internal')[0]).toBe('NXDOMAIN');
    expect(at(1, 'first.shop.internal')[0]).toBe('NOERROR');
  });
});
