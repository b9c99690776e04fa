/**
 * No Terraform address and no CloudFormation logical id moves, at any stage of any environment file, and of the one that says
 * all. Does not prove: that what stands at an address is still the same, which the facts do.
 */
import { type Pins, pinned, pinsKept, pinsNow } from './pins';

let now: Record<string, Pins>;
beforeAll(() => {
  now = pinsNow();
}, 120_000);

describe.each(pinned)('%s', (environment) => {
  test.each(['cdktf', 'aws-cdk'] as const)('stands where it stood, with %s', (engine) => {
    expect(now[environment]?.[engine]).toEqual(pinsKept(environment)[engine]);
  });
});

test('so many are pinned', () => {
  const counts = pinned.map((environment) => {
    const { cdktf, 'aws-cdk': awsCdk } = pinsKept(environment);
    return `${environment}: ${Object.keys(cdktf).length} addresses, ${Object.keys(awsCdk).length} logical ids`;
  });
  expect(counts).toEqual([
    'dev: 92 addresses, 85 logical ids',
    'prod: 124 addresses, 114 logical ids',
    'sandbox: 119 addresses, 109 logical ids',
    'staging: 108 addresses, 99 logical ids',
    'every-field: 140 addresses, 123 logical ids',
  ]);
});
