/** Proves when a gateway may start, what it takes from the other members, and that it takes nothing else. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IssuerKeys, type Kept } from '../../constructs/gateway/key-helper/issuers';
import { keptText, readKept, type Told } from '../../constructs/gateway/key-helper/members';
import { FirstKeys } from '../../constructs/gateway/key-helper/start';
import { issuerKey, type Json, jwkOf } from '../traffic/support/issuer';

const waitSeconds = 10;
const hour = 3_600_000;
const keySet = JSON.stringify({ keys: [jwkOf(issuerKey('rsa-1')), jwkOf(issuerKey('ec-1', 'ES256'))] });

/** A helper of two issuers, with a clock of its own. Issuers that are `up` answer. */
function helper(up: Set<string>, members: readonly string[]) {
  const clock = { ms: 100 * hour };
  const events: [string, Json][] = [];
  const log = (event: string, about: Json) => void events.push([event, about]);
  const issuers = ['one', 'two'].map(
    (id) =>
      new IssuerKeys({
        issuer: { id, jwksUrl: id },
        timing: { refreshSeconds: 300, retrySeconds: 30, keepHours: 24 },
        fetch: async (url) => {
          if (!up.has(url)) throw new Error('down');
          return keySet;
        },
        log,
        now: () => clock.ms,
      }),
  );
  const others = new Map<string, Told>(members.map((host) => [host, 'silent']));
  const asked: string[] = [];
  const ask = async (host: string) => {
    asked.push(host);
    return others.get(host) ?? 'absent';
  };
  const first = new FirstKeys({ settings: { members, waitSeconds }, issuers, ask, log, now: () => clock.ms });
  const step = async (seconds: number) => {
    clock.ms += seconds * 1000;
    await Promise.all(issuers.filter(({ dueMs }) => dueMs <= clock.ms).map((one) => one.refresh()));
    return first.settled();
  };
  return { clock, events, issuers, others, asked, first, step, told: () => readKept(keptText(issuers)) };
}

const names = (events: [string, Json][]) =>
  events.map(([event]) => event).filter((event) => /wait|start|adopt|expired/.test(event));

describe('a gateway starts', () => {
  test('at once when its issuers answer, and asks no other member', async () => {
    const { step, asked, events } = helper(new Set(['one', 'two']), ['b']);
    expect(await step(0)).toBe(true);
    expect([asked, names(events)]).toEqual([[], []]);
  });

  test('with what another member has of an issuer that does not answer', async () => {
    const old = helper(new Set(['one', 'two']), []);
    await old.step(0);
    const { step, others, events, issuers } = helper(new Set(['one']), ['b']);
    others.set('b', old.told());
    expect(await step(0)).toBe(true);
    expect(names(events)).toEqual(['keys-adopted']);
    expect(events.at(-1)).toEqual(['keys-adopted', { issuer: 'two', member: 'b', keys: 2 }]);
    expect(issuers[1]?.keys).toEqual(old.issuers[1]?.keys);
  });

  test('not as long as one that may have them is silent, and says once why', async () => {
    const { step, events } = helper(new Set(['one']), ['b', 'c']);
    for (let second = 0; second < 3600; second += 10) expect(await step(10)).toBe(false);
    expect(names(events)).toEqual(['waits-for-keys']);
    expect(events.find(([event]) => event === 'waits-for-keys')?.[1]).toEqual({
      issuers: ['two'],
      silent: ['b', 'c'],
    });
  });

  test('without keys after the wait, when nobody has them: none is there, or all say so', async () => {
    const { step, others, events } = helper(new Set(), ['b', 'c']);
    others.set('b', 'absent');
    others.set('c', new Map());
    expect(await step(0)).toBe(false);
    expect(await step(waitSeconds - 1)).toBe(false);
    expect(await step(1)).toBe(true);
    expect(names(events)).toEqual(['waits-for-keys', 'starts-without-keys']);
    expect(events.at(-1)?.[1]).toEqual({ issuers: ['one', 'two'] });
  });

  test('and still takes what another one hears later', async () => {
    const late = helper(new Set(['one', 'two']), []);
    await late.step(0);
    const { step, others, issuers } = helper(new Set(), ['b']);
    others.set('b', new Map());
    expect([await step(0), await step(waitSeconds)]).toEqual([false, true]);
    others.set('b', late.told());
    expect(await step(30)).toBe(true);
    expect(issuers.map(({ keys }) => keys.length)).toEqual([2, 2]);
  });

  test('whatever the others say: with all keys, or after the wait when none may have more', async () => {
    const state = fc.constantFrom('silent', 'absent', 'none', 'one', 'two', 'both');
    const turn = fc.record({ b: state, c: state, seconds: fc.integer({ min: 0, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.subarray(['one', 'two']), fc.array(turn, { maxLength: 8 }), async (up, turns) => {
        const source = helper(new Set(['one', 'two']), []);
        await source.step(0);
        const all = source.told();
        const tell = (said: string): Told => {
          if (said === 'silent' || said === 'absent') return said;
          return new Map([...all].filter(([id]) => said === 'both' || said === id));
        };
        const { step, others, issuers } = helper(new Set(up), ['b', 'c']);
        let waited = 0;
        let begun = false;
        for (const { b, c, seconds } of turns) {
          others.set('b', tell(b)).set('c', tell(c));
          waited += seconds;
          const whole = async () => issuers.every(({ keys }) => keys.length > 0);
          const may = await step(seconds);
          begun ||= (await whole()) || (waited >= waitSeconds && b !== 'silent' && c !== 'silent');
          expect(may).toBe(begun);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('kept keys', () => {
  const kept = async (): Promise<Map<string, Kept>> => {
    const one = helper(new Set(['one', 'two']), []);
    await one.step(0);
    return one.told();
  };

  test('are taken as long as where they come from, however far they travel', async () => {
    const source = helper(new Set(['one', 'two']), []);
    await source.step(0);
    let told = source.told();
    for (let member = 0; member < 4; member += 1) {
      const next = helper(new Set(), ['b']);
      next.others.set('b', told);
      expect(await next.step(5 * 3600)).toBe(true);
      told = next.told();
      // Five hours after the issuer's answer; 24 after it they are gone.
      expect(await next.step(19 * 3600 - 1)).toBe(true);
      expect(next.issuers.map(({ keys }) => keys.length)).toEqual([2, 2]);
      next.others.set('b', 'absent');
      await next.step(31);
      expect(next.issuers.map(({ keys }) => keys.length)).toEqual([0, 0]);
      expect(next.told().size).toBe(0);
    }
  });

  test('of a clock that is ahead are not taken for longer', async () => {
    const ahead = new Map([...(await kept())].map(([id, one]) => [id, { ...one, answeredMs: 1000 * hour }]));
    const { step, others, issuers } = helper(new Set(), ['b']);
    others.set('b', ahead);
    await step(0);
    others.set('b', 'absent');
    await step(24 * 3600 - 1);
    expect(issuers.map(({ keys }) => keys.length)).toEqual([2, 2]);
    await step(31);
    expect(issuers.map(({ keys }) => keys.length)).toEqual([0, 0]);
  });

  test('do not take the place of those that an issuer gave', async () => {
    const { step, issuers } = helper(new Set(['one', 'two']), []);
    await step(0);
    const other = [...(await kept())].map(([, one]) => one)[0] as Kept;
    const before = issuers[0]?.keys;
    issuers[0]?.adopt({ ...other, keys: other.keys.slice(0, 1) }, 'b');
    expect(issuers[0]?.keys).toBe(before);
  });

  test('are read as strictly as an issuer: of whatever is told, only sound public keys are taken', async () => {
    const [sound = ''] = [await kept()].map((all) =>
      keptText([...all].map(([id, one]) => ({ id, kept: one }))),
    );
    const key = { kid: 'k', kty: 'oct', k: 'c2VjcmV0' };
    const weak = JSON.stringify({
      issuers: { one: { answeredMs: 1, keys: [key, jwkOf(issuerKey('s', 'RS256', 1024))] } },
    });
    expect(readKept(weak).get('one')?.keys).toEqual([]);
    const cut = fc.nat({ max: sound.length }).map((at) => sound.slice(0, at));
    const changed = fc
      .tuple(fc.nat({ max: sound.length - 1 }), fc.string({ minLength: 1, maxLength: 3 }))
      .map(([at, text]) => sound.slice(0, at) + text + sound.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), cut, changed), (text) => {
        let all: Map<string, Kept>;
        try {
          all = readKept(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        for (const { answeredMs, keys } of all.values()) {
          expect(typeof answeredMs).toBe('number');
          for (const one of keys) {
            expect(['RS256', 'ES256']).toContain(one.algorithm);
            expect(one.pem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
            expect(one.kid).toMatch(/^[!-~]{1,128}$/);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
