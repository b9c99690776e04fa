/** What a task definition says of containers that stand beside each other. */
import type { Container } from '../../constructs/blueprint/blueprint';
import { containerDefinitions } from './support/container-definitions';

const surroundings = { region: 'eu-central-1', logGroupName: '/shop/gateway', logStreamPrefix: 'gateway-a' };
const plain: Container = {
  name: 'gateway',
  image: 'haproxy:lts',
  ports: [],
  environment: { B: '2' },
  secrets: {},
  stopTimeoutSeconds: 30,
};
const define = (container: Container, more = {}) =>
  JSON.parse(containerDefinitions([container], { ...surroundings, ...more }))[0];

test('one that says nothing of others is as it was before there were any', () => {
  expect(Object.keys(define(plain))).toEqual([
    'name',
    'image',
    'essential',
    'portMappings',
    'environment',
    'secrets',
    'stopTimeout',
    'logConfiguration',
    'mountPoints',
    'volumesFrom',
    'systemControls',
  ]);
  expect(define(plain)).toMatchObject({ essential: true, mountPoints: [] });
});

test('what it says is told in the words of ECS', () => {
  const whole: Container = {
    ...plain,
    essential: false,
    dependsOn: [{ container: 'keys', condition: 'HEALTHY' }],
    healthCheck: {
      command: ['CMD-SHELL', 'test -e /keys/current'],
      intervalSeconds: 10,
      timeoutSeconds: 3,
      retries: 2,
      startPeriodSeconds: 5,
    },
    mounts: [{ volume: 'keys', path: '/keys', readOnly: true }],
    engineValues: { A_ISSUER: { ref: 'user-pool-issuer' } },
  };
  expect(define(whole, { userPoolIssuer: 'https://pool.test' })).toMatchObject({
    essential: false,
    dependsOn: [{ containerName: 'keys', condition: 'HEALTHY' }],
    healthCheck: {
      command: ['CMD-SHELL', 'test -e /keys/current'],
      interval: 10,
      timeout: 3,
      retries: 2,
      startPeriod: 5,
    },
    mountPoints: [{ sourceVolume: 'keys', containerPath: '/keys', readOnly: true }],
    environment: [
      { name: 'A_ISSUER', value: 'https://pool.test' },
      { name: 'B', value: '2' },
    ],
  });
  expect(() => define(whole)).toThrow('Container "gateway" reads the user-pool-issuer, and there is none');
});
