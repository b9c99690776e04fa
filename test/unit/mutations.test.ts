/** The changes that `npm run test:mutations` makes: each still fits its file. */
import { mutated, mutations } from '../mutations/mutations';

test.each(mutations)('$file: $why', (one) => {
  expect(mutated(one)).toContain(one.to);
});

test('no two are the same', () => {
  const all = mutations.map(({ file, from, to }) => JSON.stringify({ file, from, to }));
  expect(new Set(all).size).toBe(all.length);
  expect(new Set(mutations.map(({ why }) => why)).size).toBe(all.length);
});
