import * as lists from './aws-lists';

/**
 * Letters of the zones that a region has, where they are known. A region that is not here is newer than this
 * table: any letter is taken.
 */
const lettersByRegion: Readonly<Record<string, string>> = {
  'af-south-1': 'abc',
  'ap-east-1': 'abc',
  'ap-northeast-1': 'abcd',
  'ap-northeast-2': 'abcd',
  'ap-northeast-3': 'abc',
  'ap-south-1': 'abc',
  'ap-south-2': 'abc',
  'ap-southeast-1': 'abc',
  'ap-southeast-2': 'abc',
  'ap-southeast-3': 'abc',
  'ap-southeast-4': 'abc',
  'ca-central-1': 'abd',
  'ca-west-1': 'abc',
  'cn-north-1': 'abd',
  'cn-northwest-1': 'abc',
  'eu-central-1': 'abc',
  'eu-central-2': 'abc',
  'eu-north-1': 'abc',
  'eu-south-1': 'abc',
  'eu-south-2': 'abc',
  'eu-west-1': 'abc',
  'eu-west-2': 'abc',
  'eu-west-3': 'abc',
  'il-central-1': 'abc',
  'me-central-1': 'abc',
  'me-south-1': 'abc',
  'sa-east-1': 'abc',
  'us-east-1': 'abcdef',
  'us-east-2': 'abc',
  'us-gov-east-1': 'abc',
  'us-gov-west-1': 'abc',
  'us-west-1': 'abc',
  'us-west-2': 'abcd',
};

export function zoneLettersOf(region: string): readonly string[] | undefined {
  return Object.hasOwn(lettersByRegion, region) ? lettersByRegion[region]?.split('') : undefined;
}

/**
 * The two zones of an environment that names none; undefined where each account sees other letters, so that the file
 * must name them. Accounts see a, c and d of ap-northeast-1 (b only old ones), and two of the three of us-west-1.
 */
export function usualZones(region: string): readonly string[] | undefined {
  if (region === 'us-west-1') return undefined;
  return region === 'ap-northeast-1' ? ['a', 'c'] : ['a', 'b'];
}

const regionsOfPartition = lists.partitions.map(({ id, regions }) => ({ id, regions: new RegExp(regions) }));

/** Each with the end of its host names. */
export const partitions: readonly { readonly id: string; readonly dnsSuffix: string }[] = lists.partitions;

/** First part of the region's ARNs after `arn:`. Undefined for a code that is no region of any partition. */
export const knownPartitionOf = (region: string): string | undefined =>
  regionsOfPartition.find(({ regions }) => regions.test(region))?.id;

/** The same, and `aws` for a code that is no region. */
export const partitionOf = (region: string): string => knownPartitionOf(region) ?? 'aws';

/** `amazonaws.com`: what the names of the region's endpoints end with. */
export const dnsSuffixOf = (region: string): string =>
  partitions.find(({ id }) => id === partitionOf(region))?.dnsSuffix ?? 'amazonaws.com';

/** A service as AWS's endpoints call it: `cognito-idp`. */
export type ServiceName = keyof typeof lists.regionsWithout;

/** Whether the service is known to be absent from the region. */
export const isAbsent = (service: ServiceName, region: string): boolean =>
  (lists.regionsWithout[service] as readonly string[]).includes(region);

/**
 * Where a user pool with a prefix gives tokens: `https://<prefix>.<this>/oauth2/token`. In GovCloud all endpoints
 * are FIPS endpoints.
 *
 * Source: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
 */
export const tokenDomain = (region: string): string =>
  `${partitionOf(region) === 'aws-us-gov' ? 'auth-fips' : 'auth'}.${region}.amazoncognito.com`;
