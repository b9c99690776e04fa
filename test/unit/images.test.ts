/** Images that nobody chose are exact versions: what an account runs today is what it runs tomorrow. */
import { environmentJsonSchema } from '../../constructs/blueprint/json-schema';
import { images, nodeVersion } from '../../constructs/gateway/images';
import { imageBranch, lanesOf, tiers } from '../../scripts/test';

/** Each default in the schema whose field holds an image, with its path. */
function imageDefaults(schema: unknown, path = ''): [path: string, image: string][] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    const place = `${path}/${name}`;
    const own = /image$/i.test(name) && typeof value?.default === 'string' ? [value.default as string] : [];
    return [...own.map((image): [string, string] => [place, image]), ...imageDefaults(value, place)];
  });
}

/** Registry, repository, a tag of three numbers, and perhaps a variant. */
const exact = /^[a-z0-9.-]+\.[a-z]+\/[a-z0-9/_-]+:v?\d+\.\d+\.\d+(?:-[a-z]+)?$/;

const defaults = imageDefaults(environmentJsonSchema());

test('the fields that have one', () => {
  expect(defaults).toEqual([
    [
      '/properties/apis/additionalProperties/anyOf/0/properties/health/properties/probeImage',
      'public.ecr.aws/docker/library/haproxy:3.2.26',
    ],
    ['/properties/gateway/properties/image', 'public.ecr.aws/docker/library/haproxy:3.2.26'],
    ['/properties/gateway/properties/keysImage', 'public.ecr.aws/docker/library/node:22.23.3-alpine'],
    [
      '/properties/gateway/properties/metricsImage',
      'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
    ],
  ]);
});

test.each([...new Set([...defaults.map(([, image]) => image), ...Object.values(images)])])(
  '%s does not float',
  (image) => expect(image).toMatch(exact),
);

test.each([
  'haproxy:lts',
  'haproxy:latest',
  'haproxy:3',
  'haproxy:3.2',
  'haproxy',
  'node:22-alpine',
  'node:lts',
])('%s would', (image) => expect(`public.ecr.aws/docker/library/${image}`).not.toMatch(exact));

test('the HAProxy of the default image is of a branch that `npm test` runs the gateways on', () => {
  expect(images.haproxy).toMatch(new RegExp(`:${imageBranch.replace('.', '\\.')}\\.\\d+$`));
  const image = { program: '/cache/haproxy', version: '3.2.26' };
  const node = { program: '/cache/node', version: '22.23.3' };
  const lanes = tiers.flatMap((tier) => lanesOf(tier, { installed: '2.6.12', image, node }));
  expect(lanes.map(({ name, haproxy, node: own }) => [name, haproxy ?? own])).toEqual([
    ['check', undefined],
    ['unit (HAProxy 2.6.12)', undefined],
    ['unit (HAProxy 3.2.26)', '/cache/haproxy'],
    ['unit (Node 22.23.3)', '/cache/node'],
    ['synth', undefined],
    ['sandbox (HAProxy 2.6.12)', undefined],
    ['sandbox (HAProxy 3.2.26)', '/cache/haproxy'],
    ['traffic (HAProxy 2.6.12)', undefined],
    ['traffic (HAProxy 3.2.26)', '/cache/haproxy'],
    ['traffic (Node 22.23.3)', '/cache/node'],
    ['model (HAProxy 2.6.12)', undefined],
    ['model (HAProxy 3.2.26)', '/cache/haproxy'],
    ['deploy', undefined],
    ['e2e', undefined],
  ]);
});

test('without the other versions, each tier runs once', () => {
  const lanes = tiers.flatMap((tier) => lanesOf(tier, { installed: '3.2.26' }));
  expect(lanes.map(({ name }) => name)).toEqual([
    'check',
    'unit (HAProxy 3.2.26)',
    'synth',
    'sandbox (HAProxy 3.2.26)',
    'traffic (HAProxy 3.2.26)',
    'model (HAProxy 3.2.26)',
    'deploy',
    'e2e',
  ]);
});

test('the key helper is run again on the Node of its default image', () => {
  expect(images.node).toBe(`public.ecr.aws/docker/library/node:${nodeVersion}-alpine`);
  expect(tiers.flatMap(({ onNode }) => onNode ?? [])).toEqual([
    'test/unit/key-helper',
    'test/traffic/gateway-jwt-rotation',
  ]);
});
