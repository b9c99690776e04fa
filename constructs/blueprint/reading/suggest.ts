import { closest, distance } from 'fastest-levenshtein';

/** Two letters that changed places are two differences, so a word of four may have two. */
const most = (length: number): number => (length < 4 ? 1 : Math.max(2, Math.floor(length / 3)));

/** The known word that was probably meant, case and hyphens aside. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, '');
  const exact = known.find((one) => plain(one) === plain(word));
  if (exact !== undefined) return exact;
  const found = closest(word, known as string[]);
  return distance(word, found) <= most(Math.max(word.length, found.length)) ? found : undefined;
}
