/** The consumers' secret: a line per key, `<sha256 of the key> <consumer>`. Hashes only; no key can be read from it. */
import { Problems } from '../../../problems';

export interface ConsumerKey {
  readonly consumer: string;
  readonly sha256: string;
}

const heading = '# SHA-256 of each key, and the consumer that it belongs to.';
/** The start script takes lines of this form and no others. */
export const keyLine = '[0-9a-f]{64} [a-z][a-z0-9-]{0,62}';

export function consumersText(keys: readonly ConsumerKey[]): string {
  const lines = keys.map(({ sha256, consumer }) => `${sha256} ${consumer}`).sort();
  return `${[heading, ...lines].join('\n')}\n`;
}

export function parseConsumersText(text: string): ConsumerKey[] {
  const lines = text.split('\n').map((value, index) => ({ value: value.trim(), number: index + 1 }));
  const entries = lines.filter(({ value }) => value !== '' && !value.startsWith('#'));
  const wrong = entries.filter(({ value }) => !new RegExp(`^${keyLine}$`).test(value));
  if (wrong.length > 0) {
    throw new Problems(
      wrong.map(({ number }) => ({
        code: 'CONSUMER_KEY',
        path: [],
        line: number,
        message: "A line of the consumers' secret is not a key.",
        allowed: 'the SHA-256 of a key in lower-case hexadecimal, a space, and the name of a consumer',
        fix: 'Correct or remove the line, or issue the key again with `stagecraft consumers add`.',
      })),
    );
  }
  return entries.map(({ value }) => {
    const [sha256 = '', consumer = ''] = value.split(' ');
    return { consumer, sha256 };
  });
}
