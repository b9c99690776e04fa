/** References whose grammar is not this file's: images, regions, states, and text that an engine would not take literally. */
import type { Path } from '../../problems';
import { ecrRepositoryArn, parseImage, saysEcr } from '../image-reference';
import { localStatePath, s3StateKey } from '../names';
import { isAbsent, knownPartitionOf, partitionOf } from '../regions';
import { type Environment, ownApis } from '../schema';
import type { Finding, OwnApiRule, Rule } from './rule';

function imageFix(image: string): string {
  if (/^[a-z]+:\/\//i.test(image))
    return `Write it without the scheme: \`${image.replace(/^[a-z]+:\/\//i, '')}\`.`;
  const lower = image.replace(/^[^:@]*(?=[:@]|$)/, (name) => name.toLowerCase());
  if (lower !== image && parseImage(lower)) return `Registries have lower case alone: write \`${lower}\`.`;
  return 'Copy the name from the registry.';
}

function* imageProblems(image: string, path: Path, region: string): Iterable<Finding> {
  if (substitution.test(image)) return;
  const reference = parseImage(image);
  const repository = ecrRepositoryArn(image);
  const partition = repository?.split(':')[1];
  const own = partitionOf(region);
  if (!reference) {
    yield {
      code: 'IMAGE_NAME',
      path,
      message: 'This is no name of a container image.',
      given: image,
      allowed:
        'host/path:tag or host/path@sha256:…, the path in lower case, such as ghcr.io/example/orders:1.4.2',
      fix: imageFix(image),
    };
  } else if (saysEcr(reference.host ?? '') && repository === undefined) {
    yield {
      code: 'IMAGE_ECR',
      path,
      message: 'This is no registry of Amazon ECR, so that no task could be allowed to pull from it.',
      given: image,
      allowed:
        '<account>.dkr.ecr.<region>.amazonaws.com/<repository>, or <account>.dkr-ecr.<region>.on.aws/<repository>',
      fix: 'Copy the URI from the repository: twelve digits of the account, and the region.',
    };
  } else if (partition !== undefined && partition !== own) {
    yield {
      code: 'IMAGE_PARTITION',
      path,
      message: `The registry is in the partition \`${partition}\`, and ${region} is in \`${own}\`: no role of one may pull from the other.`,
      given: image,
      allowed: `a repository of \`${own}\``,
      fix: 'Copy the image into a repository of the account that the environment is deployed into.',
    };
  }
}

export const imageNames: Rule = function* ({ apis, gateway, region }) {
  for (const [name, { image, canary, health }] of ownApis(apis)) {
    yield* imageProblems(image, ['apis', name, 'image'], region);
    yield* imageProblems(health.probeImage, ['apis', name, 'health', 'probeImage'], region);
    if (canary) yield* imageProblems(canary.image, ['apis', name, 'canary', 'image'], region);
  }
  for (const key of ['image', 'keysImage', 'metricsImage'] as const) {
    yield* imageProblems(gateway[key], ['gateway', key], region);
  }
};

type Strings = Generator<{ readonly text: string; readonly path: Path; readonly where: 'key' | 'value' }>;

/** Every text of the file, keys too. */
function* strings(value: unknown, path: Path = []): Strings {
  if (typeof value === 'string') yield { text: value, path, where: 'value' };
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (!Array.isArray(value)) yield { text: key, path: at, where: 'key' };
      yield* strings(each, at);
    }
  }
}

/** How a shell, docker compose and others write what is to be filled in. */
const substitution = /\$\{[A-Za-z_]\w*(?::?[-+?=][^}]*)?\}/;

/** A container's own program may fill in its variables and its commands: the one that it runs, and its health check's. */
const isContainers = ([section, , ...field]: Path): boolean => {
  const [first, second] = field[0] === 'canary' ? field.slice(1) : field;
  return (
    section === 'sandbox' ||
    (section === 'apis' &&
      (first === 'environment' || first === 'command' || (first === 'health' && second === 'command')))
  );
};

/** Nothing is filled in: `image: orders:${TAG}` would be deployed as it stands. */
export const substitutions: Rule = function* (environment) {
  for (const { text, path, where } of strings(environment)) {
    const found = isContainers(path) ? undefined : substitution.exec(text)?.[0];
    if (found === undefined) continue;
    yield {
      code: 'SUBSTITUTION',
      path,
      where,
      message: `\`${found}\` would stay as it is: an environment file is not filled in from variables.`,
      given: text,
      fix: 'Write the value, or let the program that deploys write the file before it does (such as envsubst).',
    };
  }
};

/**
 * What the engines and CloudFormation find in any text: the marks of values that are known later. Terraform's own
 * `${…}` and `%{…}` are escaped, and these cannot be.
 */
const marks = /[$#]\{(?:Tf)?Token\[|\{\{resolve:|-1\.\d{4,}e\+289/i;

export const engineMarks: Rule = function* (environment) {
  for (const { text, path, where } of strings(environment)) {
    const found = marks.exec(text)?.[0];
    if (found === undefined) continue;
    yield {
      code: 'ENGINE_MARK',
      path,
      where,
      message: `\`${found}\` begins what an engine or CloudFormation puts another value for, and cannot be told as text.`,
      fix: found.startsWith('{{')
        ? 'Name the secret or the parameter by its ARN in `secrets`, or give the text in a file of the image.'
        : 'Give the text in a file of the image, or in a secret.',
    };
  }
};

export const regionKnown: Rule = function* ({ region }) {
  if (knownPartitionOf(region) !== undefined) return;
  yield {
    code: 'REGION_UNKNOWN',
    path: ['region'],
    message: 'No partition of AWS has regions of this name.',
    given: region,
    allowed: 'a region code, such as eu-central-1',
    fix: 'Copy the code from the list of regions in the AWS console.',
  };
};

/** What Cognito is called where it gives tokens is known of these alone. */
const COGNITO_PARTITIONS = ['aws', 'aws-us-gov'];

export const servicesOfRegion: Rule = function* ({ region, identity, gateway: { metrics } }) {
  const absent = (path: Path, service: string, fix: string): Finding => ({
    code: 'SERVICE_ABSENT',
    path,
    or: ['region'],
    message: `${service} is not in ${region}, or under names that are not known here.`,
    given: region,
    fix,
  });
  if (identity && (isAbsent('cognito-idp', region) || !COGNITO_PARTITIONS.includes(partitionOf(region))))
    yield absent(
      ['identity'],
      'Amazon Cognito',
      'Remove `identity`, and take tokens of another issuer (`jwt: { issuer: … }`).',
    );
  if (typeof metrics === 'string') return;
  const own = /^arn:[a-z-]+:aps:([a-z0-9-]+):/.exec(metrics.prometheus)?.[1];
  if (own !== undefined && isAbsent('aps', own))
    yield absent(
      ['gateway', 'metrics', 'prometheus'],
      'Amazon Managed Service for Prometheus',
      'Name a workspace of another region, or another Prometheus.',
    );
};

/** An ARN of another partition is of other accounts, however much it looks alike. */
export const arnPartition: Rule = function* (environment) {
  const own = partitionOf(environment.region);
  for (const { text, path, where } of strings(environment)) {
    const other = /^arn:(aws[a-z-]*):(?:secretsmanager|ssm|kms|acm|aps|ecs|elasticloadbalancing):/.exec(
      text,
    )?.[1];
    if (other === undefined || other === own || isContainers(path)) continue;
    yield {
      code: 'ARN_PARTITION',
      path,
      where,
      message: `The ARN is of the partition \`${other}\`, and ${environment.region} is in \`${own}\`.`,
      given: text,
      allowed: `arn:${own}:…`,
      fix: 'Copy the ARN from the account that the environment is deployed into.',
    };
  }
};

export const adoptedRegion: Rule = function* ({ cluster, listener, region }) {
  for (const [key, one] of Object.entries({ cluster, listener })) {
    const own = one?.arn.split(':')[3];
    if (own === undefined || own === region) continue;
    yield {
      code: 'ARN_REGION',
      path: [key, 'arn'],
      message: `The ${key} is in another region than the environment.`,
      given: own,
      allowed: region,
      fix: `Name one in ${region}, or change \`region\`.`,
    };
  }
};

export const keyRegion: OwnApiRule = function* ({ kmsKeys, secrets }, name, { region }) {
  for (const [index, arn] of kmsKeys.entries()) {
    const own = arn.split(':')[3];
    if (own === region) continue;
    yield {
      code: 'ARN_REGION',
      path: ['apis', name, 'kmsKeys', index],
      message: 'The key is in another region than the secrets.',
      given: own,
      allowed: region,
      fix: `Name the key in ${region} that the secrets are encrypted with.`,
    };
  }
  if (kmsKeys.length === 0 || Object.keys(secrets).length > 0) return;
  yield {
    code: 'KEYS_UNUSED',
    path: ['apis', name, 'kmsKeys'],
    where: 'key',
    message: `\`${name}\` has no secrets that the keys could be for.`,
    fix: 'Remove `kmsKeys`, or name the secrets.',
  };
};

/** Whether a name stands there as a whole: `shop-eu-central-1`, not `eu-central-11` or the zone `eu-central-1a`. */
const isOf = (place: string, name: string): boolean =>
  new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`).test(place);

interface Place {
  readonly key: 'path' | 'key';
  /** Absent: by the environment's name and region. */
  readonly place: string | undefined;
  readonly usual: string;
}

const statePlace = ({ name, region, state }: Environment): Place =>
  state.kind === 'local'
    ? { key: 'path', place: state.path, usual: localStatePath(name, region) }
    : { key: 'key', place: state.key, usual: s3StateKey(name, region) };

/** With one place for two environments, a deploy of one would take away what the other has. */
export const stateName: Rule = function* (environment: Environment) {
  const { name } = environment;
  const { key, place, usual } = statePlace(environment);
  if (place === undefined || isOf(place, name)) return;
  yield {
    code: 'STATE_NAME',
    path: ['state', key],
    message: `The state's place does not say the environment: with another one's state in the same place, a deploy would take away what that one has.`,
    given: place,
    allowed: `a ${key} with \`${name}\` in it, such as ${usual}`,
    fix: `Write the environment's name into it, or leave \`${key}\` out; a state that exists is moved first (mv, or aws s3 mv).`,
  };
};

/** With one place for all regions, another `region` would be planned against what stands in the first, and orphan it. */
export const stateRegion: Rule = function* (environment: Environment) {
  const { region } = environment;
  const { key, place, usual } = statePlace(environment);
  if (place === undefined || isOf(place, region)) return;
  yield {
    code: 'STATE_REGION',
    path: ['state', key],
    message: `The state's place does not say the region: after a change of \`region\` what stands in the old one would be lost from sight.`,
    given: place,
    allowed: `a ${key} with \`${region}\` in it, such as ${usual}`,
    fix: 'Write the region into it; a state that exists is moved first (mv, or aws s3 mv).',
  };
};
