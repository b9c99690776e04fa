/** The committed schema and the committed environments are those of the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentJsonSchema } from '../../constructs/blueprint/json-schema';
import { listEnvironments, loadEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';

const folder = join(__dirname, '../../environments');
const committed = JSON.parse(readFileSync(join(folder, 'environment.schema.json'), 'utf8'));

type Schema = Record<string, unknown>;

/** All schemas of objects with known keys. */
function objects(schema: unknown): Schema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? [schema as Schema] : [];
  return [...own, ...Object.values(schema).flatMap(objects)];
}

describe('environment.schema.json', () => {
  test('is current: `npx tsx scripts/write-schema.ts` writes it', () => {
    expect(committed).toEqual(environmentJsonSchema());
  });

  test('asks for what has no default, and for nothing else', () => {
    expect(committed.required.toSorted()).toEqual(['apis', 'name', 'region', 'stage']);
    const kinds: { required: string[] }[] = committed.properties.apis.additionalProperties.anyOf;
    expect(kinds.map(({ required }) => required)).toEqual([['image'], ['at']]);
  });

  test('knows all keys: an editor marks the others', () => {
    const all = objects(committed);
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((one) => one.additionalProperties !== false)).toEqual([]);
  });

  test('describes every field of an API', () => {
    const kinds: { properties: Record<string, { description?: string }> }[] =
      committed.properties.apis.additionalProperties.anyOf;
    const silent = kinds.flatMap(({ properties }) =>
      Object.entries(properties).flatMap(([key, { description }]) => (description ? [] : [key])),
    );
    expect(silent).toEqual([]);
  });
});

describe('environments/', () => {
  test.each([
    ['dev', 'api', 1],
    ['prod', 'gateway', 2],
    ['sandbox', 'gateway', 2],
    ['staging', 'load-balanced', 2],
  ])('%s is sound and at stage %s', (name, stage, apis) => {
    const found = listEnvironments(folder).find((one) => one.name === name);
    const blueprint = resolve(loadEnvironment(found?.file ?? ''));
    expect({ stage: blueprint.stage, apis: blueprint.services.length }).toEqual({ stage, apis });
  });

  test('prod goes nowhere where its policies are not enforced', () => {
    const file = join(folder, 'prod.yaml');
    for (const stage of ['api', 'load-balanced'] as const) {
      expect(() => loadEnvironment(file, stage)).toThrow(
        /POLICIES_UNENFORCED {2}apis\.orders[\s\S]*\n\n2 problems$/,
      );
    }
  });

  test.each(['staging', 'sandbox'])('%s can go to every stage', (name) => {
    const file = join(folder, `${name}.yaml`);
    for (const stage of ['api', 'load-balanced', 'gateway'] as const) {
      expect(resolve(loadEnvironment(file, stage)).stage).toBe(stage);
    }
  });

  test.each(listEnvironments(folder))('$name is completed by editors from the schema', ({ file }) => {
    expect(readFileSync(file, 'utf8').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./environment.schema.json',
    );
  });
});
