/** What a person wrote is text to Terraform, never an expression. */
import { Fn } from 'cdktf';
import fc from 'fast-check';
import { literal } from '../../constructs/cdktf/literal';
import { blueprintAt } from './support/blueprints';
import { synthesized } from './support/terraform-json';

/** What Terraform makes of a string in its JSON syntax that has no expressions. */
const readByTerraform = (text: string): string => text.replace(/([$%])\1\{/g, '$1{');

const nasty = fc.array(fc.constantFrom('$', '%', '{', '}', '"', '\\', 'a', '~', '\n'), { maxLength: 12 });

test('Terraform reads any text back as it was', () => {
  fc.assert(
    fc.property(nasty, (characters) => {
      const text = characters.join('');
      expect(readByTerraform(literal(text))).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test('nothing in it is an expression', () => {
  fc.assert(
    fc.property(nasty, (characters) => {
      const escaped = literal(characters.join(''));
      expect(escaped.replace(/\$\$\{|%%\{/g, '#')).not.toMatch(/[$%]\{/);
    }),
    { numRuns: 1000 },
  );
});

test('engine values stay engine values, numbers stay numbers, keys are text too', () => {
  const token = Fn.upper('known only when it is applied');
  expect(token).toMatch(/^\$\{TfToken/);
  expect(literal({ '%{if}': [token, `a${token}$`, 7, true, undefined, null] })).toEqual({
    '%%{if}': [token, `a${token}$`, 7, true, undefined, null],
  });
});

test('it reaches whatever comes from an environment file', () => {
  const evil = '%{ for x in [1] }';
  const blueprint = blueprintAt('load-balanced');
  const loadBalancer = blueprint.loadBalancer as NonNullable<typeof blueprint.loadBalancer>;
  const { text } = synthesized({
    ...blueprint,
    tags: { [evil]: evil },
    services: blueprint.services.map((service) => ({
      ...service,
      taskDefinition: {
        ...service.taskDefinition,
        containers: service.taskDefinition.containers.map((container) => ({
          ...container,
          image: evil,
          command: [evil],
          environment: { VALUE: evil },
          secrets: { SECRET: { arn: evil } },
        })),
      },
      executionRole: {
        ...service.executionRole,
        statements: [{ sid: 'Read', actions: ['s3:GetObject'], resources: [{ arn: evil }] }],
      },
    })),
    loadBalancer: {
      ...loadBalancer,
      https: { ...loadBalancer.https, notFound: { ...loadBalancer.https.notFound, body: evil } },
      trafficRules: loadBalancer.trafficRules.map((rule) => ({
        ...rule,
        conditions: [{ kind: 'header', name: 'x-version', values: [evil] }],
      })),
    },
  });
  expect(text.split('%%{ for').length - 1).toBe(17);
  expect(text.replaceAll('%%{', '')).not.toContain('%{');
});
