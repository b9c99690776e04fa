/** What tests that attack a pair have in common. */
import { expect } from '@jest/globals';
import type { Pair } from './pair';
import { exchange, type RawOptions, type RawReply } from './raw';

export const statuses = (replies: readonly RawReply[]): number[] => replies.map(({ status }) => status);

export const get = (target: string, headers = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

export class Attack {
  /** The pair is known only when it has started. */
  constructor(private readonly pair: () => Pair) {}

  /** Sends bytes to the first member. */
  say(bytes: string, options?: RawOptions): Promise<RawReply[]> {
    return exchange(this.pair().member(0).address, bytes, options);
  }

  /** All that any API got, whole requests and others. */
  arrived(): string[] {
    return Object.values(this.pair().pools).flatMap(({ name, seen, broken }) => [
      ...seen.map(({ method, url }) => `${name}: ${method} ${url}`),
      ...broken.map((why) => `${name}: ${why}`),
    ]);
  }

  forget(): void {
    for (const { seen, broken } of Object.values(this.pair().pools)) {
      seen.length = 0;
      broken.length = 0;
    }
  }

  /** Expects one answer, of the gateway itself. */
  async refused(bytes: string, allowed: readonly number[] = [400], options?: RawOptions): Promise<RawReply> {
    const [reply, ...more] = await this.say(bytes, options);
    expect(more).toEqual([]);
    expect(allowed).toContain(reply?.status);
    expect(this.arrived()).toEqual([]);
    return reply as RawReply;
  }
}
