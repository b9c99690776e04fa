/**
 * Names of container images, as registries and ECS read them: `[host[:port]/]path[:tag][@digest]`.
 *
 * Source: https://github.com/distribution/reference (the grammar in reference.go)
 */
import { partitionOf, partitions } from './regions';

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const host = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?`;
const algorithm = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*';
const grammar = new RegExp(
  `^(?<name>(?:${host}/)?${component}(?:/${component})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>${algorithm}:[0-9a-fA-F]{32,}))?$`,
);
const LONGEST_NAME = 255;

export interface ImageReference {
  /** Absent: of Docker Hub. */
  readonly host?: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** A first part is a host when it cannot be a path: with a dot, a port, or as `localhost`. */
const isHost = (part: string): boolean => /[.:]/.test(part) || part === 'localhost';

/** Undefined when the text is no image name. */
export function parseImage(text: string): ImageReference | undefined {
  const { name = '', tag, digest } = grammar.exec(text)?.groups ?? {};
  if (name === '' || name.length > LONGEST_NAME || /^[0-9a-f]{64}$/.test(name)) return undefined;
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (first !== '' && !isHost(first) && first !== first.toLowerCase()) return undefined;
  return {
    ...(isHost(first) ? { host: first, repository: name.slice(slash + 1) } : { repository: name }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Ends of the hosts with IPv4 and IPv6, `<account>.dkr-ecr.<region>.on.aws`. */
const DUAL_STACK = ['on.aws', 'on.amazonwebservices.com.cn', 'on.amazonwebservices.eu'];

const ecrHost =
  /^(?<account>\d{12})\.dkr(?<dash>[.-])ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z.-]+)$/;

/** Whether a host says that it is a private registry of ECR, rightly written or not. */
export const saysEcr = (hostName: string): boolean => /\.dkr[.-]ecr/.test(hostName);

/**
 * ARN of the ECR repository that an image is in: `arn:aws:ecr:eu-central-1:123456789012:repository/orders`.
 * Undefined when it is in no private registry of ECR.
 *
 * Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
 */
export function ecrRepositoryArn(image: string): string | undefined {
  const reference = parseImage(image);
  const found = ecrHost.exec(reference?.host ?? '')?.groups;
  if (!reference || !found) return undefined;
  const { account, region = '', dash, suffix = '' } = found;
  const partition = partitionOf(region);
  const suffixes =
    dash === '-' ? DUAL_STACK : partitions.filter(({ id }) => id === partition).map((one) => one.dnsSuffix);
  return suffixes.includes(suffix)
    ? `arn:${partition}:ecr:${region}:${account}:repository/${reference.repository}`
    : undefined;
}
