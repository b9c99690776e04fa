/**
 * All engines provision the same of environments of every shape. `FACTS_ENVIRONMENTS=300` takes so many, `FACTS_SEED` others;
 * the test prints how long it took.
 */
import fc from 'fast-check';
import { DIFFERENCES } from './differences';
import { FIRST, names, others } from './engines';
import { environment, type Generated } from './generated';
import { factsOf, faultsOf } from './suite';
import { WORDS } from './terraform-words';

const { FACTS_ENVIRONMENTS = '50', FACTS_SEED = '11' } = process.env;
const count = Number(FACTS_ENVIRONMENTS);

const known = Object.values(WORDS)
  .map(({ kind }) => kind)
  .filter((kind) => kind !== 'part');
const kinds = new Set<string>();
const seen = new Set<unknown>();

async function faults({ blueprint }: Generated): Promise<readonly string[]> {
  const facts = await factsOf(blueprint);
  for (const { kind } of facts[FIRST].resources.values()) kinds.add(kind);
  const { unmeant, seen: met } = faultsOf(blueprint, facts);
  for (const one of met) seen.add(one);
  return unmeant;
}

test(`${count} environments, seed ${FACTS_SEED}`, async () => {
  const started = performance.now();
  await fc.assert(
    fc.asyncProperty(environment, async (generated) => {
      const found = await faults(generated);
      if (found.length > 0) throw new Error(`${found.join('\n')}\nin this environment:\n${generated.text}`);
    }),
    // One that fails is small enough to read; making it smaller takes minutes.
    { numRuns: count, seed: Number(FACTS_SEED), endOnFailure: true },
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`facts: ${count} environments with ${names.length} engines in ${seconds} s\n`);
}, 900_000);

test('they have every kind of resource, and every listed difference in settings', () => {
  expect([...kinds].toSorted()).toEqual(known.toSorted());
  expect(others.flatMap((other) => DIFFERENCES[other].filter((one) => !seen.has(one)))).toEqual([]);
});
