/**
 * Random environments and requests: a real pair of gateways does what the reference says. `npm run test:model` sends a
 * million; `MODEL_SEED`, `MODEL_ENVIRONMENTS` and `MODEL_REQUESTS` (of each) say what is sent, `MODEL_SHOW=1` prints it.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GatewayModel } from '../../constructs/gateway';
import { Agreement } from './agreement';
import { environment } from './generators/environments';
import { stream } from './generators/requests';
import { authorizationsOf, issuers, noTokens } from './generators/tokens';

const {
  MODEL_SEED = '20261127',
  MODEL_ENVIRONMENTS = '10',
  MODEL_REQUESTS = '2000',
  MODEL_SHOW,
} = process.env;
const seed = Number(MODEL_SEED);
/** Requests through one member before the other has its turn. */
const TURN = 250;
/** Pairs that run at once, each on a net of its own. */
const AT_ONCE = 2;
const FIRST_NET = 171;

const sampled = <Value>(arbitrary: fc.Arbitrary<Value>, count: number, from: number): Value[] =>
  fc.sample(arbitrary, { numRuns: count, seed: from });

const models = sampled(environment, Number(MODEL_ENVIRONMENTS), seed);
const rounds = Array.from({ length: Math.ceil(models.length / AT_ONCE) }, (_, round) => ({
  first: round * AT_ONCE,
  round: models.slice(round * AT_ONCE, (round + 1) * AT_ONCE),
}));
const signed = {
  ...Object.fromEntries(issuers.map(({ name }, of) => [name, sampled(authorizationsOf(of), 150, seed)])),
  none: noTokens,
};

beforeAll(() => Promise.all(issuers.map((issuer) => issuer.start())));
afterAll(() => Promise.all(issuers.map((issuer) => issuer.stop())));

/** What a pair does otherwise than the reference says, at the first turn where it does. */
async function disagreements(model: GatewayModel, net: number, from: number): Promise<string[]> {
  const [requests = []] = sampled(stream(model, `127.30.${net}`, signed, Number(MODEL_REQUESTS)), 1, from);
  const agreement = await Agreement.start(net, model);
  try {
    for (let at = 0; at < requests.length; at += TURN) {
      const member = (at / TURN) % 2;
      const found = await agreement.compare(member, requests.slice(at, at + TURN));
      await agreement.settled(member);
      if (found.length > 0) return [`environment ${from - seed}`, ...found.slice(0, 5)];
    }
    return [];
  } finally {
    if (MODEL_SHOW)
      console.log(JSON.stringify(Object.fromEntries(agreement.decided)), JSON.stringify(model.apis, null, 1));
    await agreement.stop();
  }
}

test.each(rounds)(
  'environments from $first',
  async ({ first, round }) => {
    const found = await Promise.all(
      round.map((model, index) => disagreements(model, FIRST_NET + index, seed + first + index)),
    );
    expect(found.flat()).toEqual([]);
  },
  300_000,
);
