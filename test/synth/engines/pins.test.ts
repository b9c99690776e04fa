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
    'dev: 93 addresses, 86 logical ids, 120 URNs',
    'prod: 125 addresses, 115 logical ids, 161 URNs',
    'sandbox: 120 addresses, 110 logical ids, 156 URNs',
    'staging: 109 addresses, 100 logical ids, 143 URNs',
    'every-field: 164 addresses, 142 logical ids, 217 URNs',
  ]);
});
