/** For the hostile suites: gateways that take tokens of two issuers, and what an attacker has to work with. */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Call } from './client';
import { encode, Issuer, issuerKey, type Json, jwkOf, nowSeconds, signed } from './issuer';
import { gatewayModel } from './model';
import { Pair } from './pair';

export const parts = (token: string) => token.split('.') as [string, string, string];

/** Starts them before the tests of a file, and stops them after. @param net third byte of the addresses */
export function attackedByTokens(net: number) {
  const issuer = new Issuer('https://login.test/tenant', `127.30.${net}.2`);
  const neighbour = new Issuer('https://neighbour.test', `127.30.${net}.3`);
  const rsa = issuerKey('rsa-1');
  const ec = issuerKey('ec-1', 'ES256');
  /** Of an issuer that another API of the same gateway takes. */
  const foreign = issuerKey('foreign-1');
  const foreignSameKid = issuerKey('rsa-1');
  const attacker = issuerKey('rsa-1');

  let pair: Pair;

  beforeAll(async () => {
    issuer.keys = [jwkOf(rsa), jwkOf(ec)];
    neighbour.keys = [jwkOf(foreign), jwkOf(foreignSameKid), jwkOf({ ...foreign, kid: '../issuer' })];
    await Promise.all([issuer.start(), neighbour.start()]);
    const jwt = {
      issuer: issuer.name,
      jwksUrl: issuer.jwksUrl,
      audience: ['orders'],
      algorithms: ['RS256', 'ES256'],
    };
    const model = gatewayModel({
      orders: { policies: { authentication: { jwt } } },
      rsaonly: { policies: { authentication: { jwt: { ...jwt, algorithms: ['RS256'] } } } },
      clients: { policies: { authentication: { jwt: { ...jwt, clientIds: ['app-1'] } } } },
      neighbour: {
        policies: {
          authentication: { jwt: { issuer: neighbour.name, jwksUrl: neighbour.jwksUrl, audience: 'any' } },
        },
      },
      pooled: {
        policies: {
          authentication: {
            jwt: { userPool: { region: 'eu-central-1', id: 'eu-central-1_AbCdEfGhI' }, audience: 'any' },
          },
        },
      },
    });
    // The pool's keys are not reached: with no key, no token is good.
    pair = await Pair.start({ net, model, environment: { AWS_ENDPOINT_URL: `http://127.30.${net}.4:8090` } });
  }, 30_000);

  afterAll(async () => {
    await pair?.stop();
    await Promise.all([issuer.stop(), neighbour.stop()]);
  });

  afterEach(() => {
    for (const one of Object.values(pair.pools)) one.seen.length = 0;
  });

  const claims = (more: Json = {}): Json => ({
    iss: issuer.name,
    sub: 'user-7',
    aud: 'orders',
    client_id: 'app-1',
    exp: nowSeconds() + 600,
    ...more,
  });
  const good = (more: Json = {}, key = rsa) => signed(key, claims(more));

  /** A header and a payload with any signature. */
  const forged = (
    header: Json | string,
    last: (input: string) => Buffer | string,
    payload: Json = claims(),
  ) => {
    const input = `${encode(header)}.${encode(payload)}`;
    const end = last(input);
    return `${input}.${typeof end === 'string' ? end : encode(end)}`;
  };
  async function refused(token: string | Call, path = '/orders', status = 401): Promise<void> {
    const call = typeof token === 'string' ? { headers: { Authorization: `Bearer ${token}` } } : token;
    const before = Object.values(pair.pools).flatMap(({ seen }) => seen).length;
    expect((await pair.call(0, path, call)).status).toBe(status);
    expect(Object.values(pair.pools).flatMap(({ seen }) => seen)).toHaveLength(before);
  }

  return {
    issuer,
    neighbour,
    rsa,
    ec,
    foreign,
    foreignSameKid,
    attacker,
    claims,
    good,
    forged,
    refused,
    get pair() {
      return pair;
    },
  };
}
