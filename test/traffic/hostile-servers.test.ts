/**
 * Proves on web servers that people use that none of them sees a request but those that the gateway has judged and
 * logged, and that each client gets the answers to its own. They are told to be as careless as they can be.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { webServer } from '../../scripts/web-servers';
import { Behind, nothing, type Place } from './support/behind';
import { type Answered, checkAnswers } from './support/matched';
import { gatewayModel } from './support/model';
import { mutant, plausible } from './support/mutants';
import { inBatches, type Stream, sendStream } from './support/streams';
import { aimed } from './support/targets';

/** Hostile clients of each server, most of them with more than one request. */
const connections = 1500;
const seed = Date.now() % 2 ** 31;

const cuts = fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 4000 }), { maxLength: 4 }));
/** One with a target of its own, before one with a framing of its own, and a plain one behind both. */
const stream: fc.Arbitrary<Stream> = fc
  .tuple(
    fc.oneof(
      fc.constant(''),
      aimed().map(({ text }) => text),
    ),
    fc.oneof(mutant, plausible),
    cuts,
  )
  .map(([before, text, places]) => ({ text: before + text, cuts: places }));
const streams = fc.sample(stream, { seed, numRuns: connections });

/** Each client has an address of its own: the log says whose a request was. */
const clients = streams.map((one, index) => ({ ...one, from: `127.31.${index >> 8}.${index & 255}` }));

/** Somebody else on another connection, meanwhile. */
const calm = (client: number): Stream => ({
  text: ['', 'Connection: close\r\n']
    .map(
      (last, index) =>
        `GET /orders HTTP/1.1\r\nHost: a\r\nX-Request-Id: calm-${client}-${index}\r\n${last}\r\n`,
    )
    .join(''),
  cuts: [],
  open: true,
  from: `127.32.${client >> 8}.${client & 255}`,
});

/** What each has read as the body of a request, by the request's number. */
const bodies = new Map<string, Map<string, string>>();

const places = [
  { name: 'nginx' as const, net: 110, shift: 0 },
  { name: 'Apache' as const, net: 110, shift: 60 },
  { name: 'gunicorn' as const, net: 110, shift: 120 },
];
const found = places.filter(({ name }) => webServer(name) !== undefined);
const started = new Map<string, Behind>();

beforeAll(async () => {
  const model = gatewayModel({ orders: { paths: ['/'] } }, { letters: 'a' });
  const start = async (place: Place) =>
    started.set(place.name, await Behind.start(place, model, { places: {}, hosts: [] }));
  await Promise.all(found.map(start));
}, 60_000);

afterAll(() => Promise.all([...started.values()].map((behind) => behind.stop())));

// One that cannot be had on this machine is named by the run.
for (const place of found)
  describe(place.name, () => {
    async function say(stream: Stream): Promise<Answered> {
      const { address } = (started.get(place.name) as Behind).gateway;
      return { stream, answers: await sendStream(address, stream) };
    }

    test(`of ${connections} hostile clients none says a request that is not judged`, async () => {
      const behind = started.get(place.name) as Behind;
      const { gateway, findings } = behind;
      const answered = await inBatches(gateway, clients, async (client, index) => {
        const [hostile, other] = await Promise.all([say(client), say(calm(index))]);
        const good = other.answers.map(({ status, headers }) => `${status} ${headers['x-seen']}`);
        const expected = [0, 1].map((number) => `200 calm-${index}-${number}`);
        if (good.join() !== expected.join())
          findings.add('a plain request without its answer', good, expected);
        return [hostile, other];
      });
      const { matches, outcome } = await behind.end();
      checkAnswers(gateway.log, answered.flat(), findings);
      expect({ seed, ...outcome }).toEqual({ seed, ...nothing });
      // Refusing all would pass too.
      expect(matches.length).toBeGreaterThan(2.2 * connections);
      const whole = matches.filter(({ line, seen }) => line.end === '--' && seen.body !== '');
      bodies.set(place.name, new Map(whole.map(({ seen }) => [seen.mutant, seen.body])));
    }, 120_000);
  });

test('all of them read the same bodies', () => {
  const [first, ...others] = [...bodies];
  for (const [name, read] of others) {
    const both = [...read].filter(([mutant]) => first?.[1].has(mutant));
    expect(both.length).toBeGreaterThan(connections / 50);
    const differ = both.filter(([mutant, length]) => first?.[1].get(mutant) !== length);
    expect({ seed, [`${first?.[0]} and ${name}`]: differ }).toEqual({
      seed,
      [`${first?.[0]} and ${name}`]: [],
    });
  }
});
