/** Proves that the examples of the documents are read as they stand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseEnvironment } from '../../constructs/blueprint/load';

const root = join(__dirname, '../..');
const blocks = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );

const indented = (text: string) => text.replace(/^(?=.)/gm, '    ');

/** A part of an API, in an environment that is sound without it. */
const around = (part: string) => `name: docs
stage: gateway
region: eu-central-1
domain:
  name: api.example.com
  hostedZone: { id: Z0123456789ABC, name: example.com }
apis:
  orders:
    image: example/orders:1
    paths: [/orders]
${part.startsWith('policies:') ? '' : '    policies: { authentication: { apiKey: {} } }\n'}${indented(part)}
consumers:
  acme: {}
`;

const examples = blocks('docs/policies.md');

test.each(examples.map((text, index) => [index + 1, text] as const))(
  'docs/policies.md, example %i',
  (_, text) => {
    expect(parseEnvironment(around(text), 'docs.yaml').apis.orders).toBeDefined();
  },
);

test('docs/policies.md has its examples', () => {
  expect(examples).toHaveLength(9);
});

test("README's environment file", () => {
  const [text = ''] = blocks('README.md');
  expect(Object.keys(parseEnvironment(text, 'prod.yaml').apis)).toEqual(['orders', 'catalog']);
});
