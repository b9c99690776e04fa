/** One program that carries out one scenario. */
import type { Running } from './processes';

export const scenarios = {
  proxy: 'proxy, no policy',
  key: 'API key and limit per consumer',
  cache: 'cache hit',
} as const;
export type Scenario = keyof typeof scenarios;

export interface Contender {
  readonly scenario: Scenario;
  readonly name: string;
  readonly url: string;
  /** Whose time is measured. */
  readonly process: Running;
  /** What a request passes through besides. */
  readonly behind: readonly Running[];
}

export const apiKey = 'bench-4f9c2b7e61d84a05';
export const consumer = 'acme';

/** The key opens what asks for one, and is a header like any other elsewhere: so all requests have the same bytes. */
export const headers = { 'X-Api-Key': apiKey };

/** What the API answers; about as much as one small JSON object. */
export const answer = JSON.stringify({
  id: 42,
  name: 'coffee',
  price: '3.50',
  tags: ['hot', 'black'],
  stock: 17,
});

/** @throws unless the contender does what its scenario says. */
export async function mustAnswer({ scenario, name, url }: Contender): Promise<void> {
  const wrong = (what: string) => new Error(`${name}, ${scenarios[scenario]}: ${what}`);
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw wrong(`status ${response.status}`);
  if ((await response.text()) !== answer) throw wrong('not the answer of the API');
  if (scenario === 'key') {
    const { status } = await fetch(url);
    if (status !== 401) throw wrong(`status ${status} without a key, and not 401`);
  }
  if (scenario === 'cache') {
    const again = await fetch(url, { headers });
    if (again.headers.get('x-cache') !== 'HIT') throw wrong('no hit the second time');
  }
}
