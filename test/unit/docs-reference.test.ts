/** The reference of the environment file: each field is described, has an example, and says from which stage on it counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { Problems } from '../../constructs/problems';
import { examplesOf, inFlow } from '../../scripts/docs/examples';
import { type Field, fieldPath, fieldsOf } from '../../scripts/docs/fields';
import { isMappingField } from '../../scripts/docs/reference';
import { valueWords } from '../../scripts/docs/words';

const fields = fieldsOf();
const byPath = (path: string): Field | undefined => fields.find((field) => fieldPath(field.path) === path);

describe('every field', () => {
  test('is found once', () => {
    const paths = fields.map(({ path }) => fieldPath(path));
    expect(paths.length).toBeGreaterThan(200);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('says what it is: `.describe()` in the schema', () => {
    const silent = fields.filter(({ description, as }) => description === undefined && as === undefined);
    expect(silent.map(({ path }) => fieldPath(path))).toEqual([]);
  });

  test('has an example that is taken: in every-field.yaml, or by `.meta({ examples: […] })` in the schema', () => {
    const examples = examplesOf(fields);
    const without = fields.filter((field) => !isMappingField(field) && !examples.has(field));
    expect(without.map(({ path }) => fieldPath(path))).toEqual([]);
    for (const [{ schema }, example] of examples)
      expect(z.core.safeParse(schema, parse(inFlow(example))).success).toBe(true);
  });
});

test('what is said of some fields', () => {
  const words = (path: string) =>
    valueWords(byPath(path)?.schema as Field['schema'], path.split('.').at(-1) ?? '');
  expect(words('apis.<api>.requestTimeoutSeconds')).toBe('whole number of seconds, 1 to 3,600');
  expect(words('apis.<api>.policies.cache.generation')).toBe('whole number, 1 or more');
  expect(words('gateway.metrics')).toBe('`none`, `cloudwatch`; or a mapping');
  expect(words('apis.<api>.health.command')).toBe(
    'list of `CMD`, `CMD-SHELL`, then text, then any number of: text',
  );
  expect(byPath('network.cidr')?.forms.map(({ by, needed }) => ({ by, needed }))).toEqual([
    { by: ['vpc', 'publicSubnets', 'privateSubnets'], needed: true },
    { by: ['zones', 'egress'], needed: false },
  ]);
  expect(byPath('apis.<api>.routes.<route>.policies.cache')).toMatchObject({
    as: ['apis', '<api>', 'policies', 'cache'],
    from: 'gateway',
  });
});

test('in one line, as YAML', () => {
  expect(inFlow({ a: ['x', '1', '{id}'], b: { 'c d': true } })).toBe(
    '{ a: [x, "1", "{id}"], b: { c d: true } }',
  );
  expect([inFlow({}), inFlow([]), inFlow('*')]).toEqual(['{}', '[]', '"*"']);
});

describe('from which stage on a field counts', () => {
  const data = parse(readFileSync(join(__dirname, '../synth/support/every-field.yaml'), 'utf8'));
  // These have no place before the gateways.
  delete data.apis.orders.canary;
  delete data.apis.legacy;

  /** What is provisioned at a stage; undefined where that cannot be. */
  const provisioned = (environment: unknown, stage: 'api' | 'load-balanced'): string | undefined => {
    try {
      return JSON.stringify(resolve(parseEnvironment(stringify(environment), 'every-field.yaml', stage)));
    } catch (error) {
      if (error instanceof Problems) return undefined;
      throw error;
    }
  };
  const whole = { api: provisioned(data, 'api'), 'load-balanced': provisioned(data, 'load-balanced') };

  /** Each key of the file, by the steps that lead to it. */
  function keysIn(value: unknown, steps: readonly (string | number)[] = []): (string | number)[][] {
    if (Array.isArray(value)) return value.flatMap((one, index) => keysIn(one, [...steps, index]));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, one]) => [[...steps, key], ...keysIn(one, [...steps, key])]);
  }

  const isAt = ({ path }: Field, steps: readonly (string | number)[]): boolean => {
    const form = path.flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]));
    return (
      form.length === steps.length &&
      form.every((step, index) => {
        if (step === '[]') return typeof steps[index] === 'number';
        return step.startsWith('<') || step === steps[index];
      })
    );
  };

  /** The first stage at which the file provisions something else without this key; undefined where that is not to be seen. */
  function counts(steps: readonly (string | number)[]): 'api' | 'load-balanced' | undefined {
    const without = structuredClone(data);
    const around = steps
      .slice(0, -1)
      .reduce<Record<string | number, unknown>>(
        (one, step) => one[step] as Record<string | number, unknown>,
        without,
      );
    delete around[steps.at(-1) ?? ''];
    const at = { api: provisioned(without, 'api'), 'load-balanced': provisioned(without, 'load-balanced') };
    if (at.api === undefined || at['load-balanced'] === undefined) return undefined;
    if (at.api !== whole.api) return 'api';
    return at['load-balanced'] === whole['load-balanced'] ? undefined : 'load-balanced';
  }

  // The members' log groups stand at every stage.
  const EXCEPT = ['gateway', 'gateway.members'];

  test('stands in its description: "From stage `…` on."', () => {
    expect(whole.api).not.toBe(undefined);
    expect(whole['load-balanced']).not.toBe(undefined);
    const seen = keysIn(data).flatMap((steps) => {
      const field = fields.find((one) => isAt(one, steps));
      const stage = field && counts(steps);
      return stage ? [{ path: fieldPath(field.path), says: field.from, counts: stage }] : [];
    });
    expect(seen.length).toBeGreaterThan(40);
    const wrong = seen.filter((one) => one.says !== one.counts && !EXCEPT.includes(one.path));
    expect(wrong).toEqual([]);
  });
});
