/** A pair whose members must give the same answer. */
import { deepStrictEqual } from 'node:assert';
import type { Call, Reply } from './client';
import type { Pair } from './pair';

export class Agreed {
  private readonly seen = new Map<string, number>();
  constructor(readonly pair: Pair) {}

  /** The answer of one member; the other has given the same. */
  async both(path: string, options: Call = {}): Promise<Reply> {
    const [one, other] = await Promise.all([
      this.pair.call(0, path, options),
      this.pair.call(1, path, options),
    ]);
    const told = ({ status, body }: Reply) => (status === 200 ? { status } : { status, body });
    deepStrictEqual(told(other), told(one), `the members differ at ${path}`);
    return one;
  }

  /** 200, or the status and the detail of a problem (RFC 9457). */
  async outcome(path: string, options: Call = {}): Promise<string | number> {
    const { status, body, headers } = await this.both(path, options);
    if (status === 200) return status;
    const { type, status: said, detail } = JSON.parse(body);
    const problem = ['application/problem+json', 'about:blank', status];
    deepStrictEqual([headers['content-type'], type, said], problem, `no problem is told at ${path}`);
    return `${status} ${detail}`;
  }

  /** The outcomes by path. */
  async outcomes(paths: readonly string[]): Promise<Record<string, string | number>> {
    const all: Record<string, string | number> = {};
    for (const path of paths) all[path] = await this.outcome(path);
    return all;
  }

  /** How many requests the pool of an API has seen since this was asked last. */
  reached(api: string): number {
    const { length } = this.pair.pool(api).seen;
    const more = length - (this.seen.get(api) ?? 0);
    this.seen.set(api, length);
    return more;
  }

  /** Forgets what the pools have seen. */
  again(): void {
    for (const api of Object.keys(this.pair.pools)) this.reached(api);
  }
}
