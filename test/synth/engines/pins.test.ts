/**
 * No Terraform address, no CloudFormation logical id and no URN of Pulumi's moves, at any stage of any environment file, and of the one that says
 * all. Does not prove: that what stands at an address is still the same, which the facts do.
 */
import { type Pins, pinned, pinsKept, pinsNow } from './pins';

let now: Record<string, Pins>;
beforeAll(async () => {
  now = await pinsNow();
}, 300_000);

describe.each(pinned)('%s', (environment) => {
  test.each(['cdktf', 'aws-cdk', 'pulumi'] as const)('stands where it stood, with %s', (engine) => {
    expect(now[environment]?.[engine]).toEqual(pinsKept(environment)[engine]);
  });
});

test('so many are pinned', () => {
  const found = pinned.map((environment) => {
    const { cdktf, 'aws-cdk': awsCdk, pulumi } = pinsKept(environment);
    const counts = [cdktf, awsCdk, pulumi].map((pins) => Object.keys(pins).length);
    return `${environment}: ${counts[0]} addresses, ${counts[1]} logical ids, ${counts[2]} URNs`;
  });
  expect(found).toEqual([
    'dev: 92 addresses, 85 logical ids, 119 URNs',
    'prod: 124 addresses, 114 logical ids, 160 URNs',
    'sandbox: 119 addresses, 109 logical ids, 155 URNs',
    'staging: 108 addresses, 99 logical ids, 142 URNs',
    'every-field: 158 addresses, 142 logical ids, 211 URNs',
  ]);
});
