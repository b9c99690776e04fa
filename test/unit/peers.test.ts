/** The oldest packages that are allowed: what `npm run test:peers` takes. */
import { oldestOf, withOldest } from '../../scripts/on-oldest-peers';

test('the oldest version of a range is the one that it is written with', () => {
  expect(oldestOf('^2.276.0')).toBe('2.276.0');
  expect(oldestOf('^0.21.0')).toBe('0.21.0');
  for (const range of ['>=2.276.0', '2.276.0', '^7', '^1.2.3 || ^2.0.0'])
    expect(() => oldestOf(range)).toThrow(`A range of a peer is written as ^1.2.3, and this is ${range}.`);
});

test('peers are taken at their oldest, and what would keep npm from it is left out', () => {
  const manifest = {
    devDependencies: { jest: '^30.0.0', cdktf: '^0.21.5', 'cdk-nag': '^2.38.2' },
    peerDependencies: { cdktf: '^0.21.0', constructs: '^10.5.0' },
  };
  expect(withOldest(manifest)).toEqual({
    peerDependencies: {},
    devDependencies: { jest: '^30.0.0', cdktf: '0.21.0', constructs: '10.5.0' },
  });
});
