/** References whose grammar is another's: images, secrets and keys, regions and zones, states, marks of the engines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ecrRepositoryArn, parseImage } from '../../constructs/blueprint/image-reference';
import { loadEnvironment } from '../../constructs/blueprint/load';
import { partitionOf, tokenDomain } from '../../constructs/blueprint/regions';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Api } from '../../constructs/blueprint/schema';
import { Problems } from '../../constructs/problems';
import {
  type Broken,
  type Edit,
  LEVEL,
  NETWORK,
  parsed,
  REGION,
  refuses,
  SHOP,
  shop,
  summary,
} from './environment-fixture';

const IMAGE = 'ghcr.io/example/orders:1';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0000-0000-0000-000000000000';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf';
const PORT = '    port: 8080\n';

describe('image names', () => {
  test.each([
    ['orders', { repository: 'orders' }],
    ['example/orders:1', { repository: 'example/orders', tag: '1' }],
    ['localhost:5000/orders', { host: 'localhost:5000', repository: 'orders' }],
    ['[::1]:5000/a__b/c--d.e', { host: '[::1]:5000', repository: 'a__b/c--d.e' }],
    ['GHCR.io/orders', { host: 'GHCR.io', repository: 'orders' }],
    [
      'ghcr.io/x/y:v1@sha256:0123456789abcdef0123456789ABCDEF',
      { host: 'ghcr.io', repository: 'x/y', tag: 'v1', digest: 'sha256:0123456789abcdef0123456789ABCDEF' },
    ],
  ])('%s', (text, parts) => {
    expect(parseImage(text)).toEqual(parts);
  });

  test.each([
    'ghcr.io/Example/orders:1',
    'Example/orders',
    'https://ghcr.io/x:1',
    'orders:',
    'orders@sha256:00',
    'orders:-1',
    'a//b',
    '/a',
    'a/',
    'a___b',
    '-a',
    'a_',
    `orders:${'t'.repeat(129)}`,
    'a'.repeat(256),
    '0'.repeat(64),
  ])('%s is none', (text) => {
    expect(parseImage(text)).toBeUndefined();
  });

  test('what is written from parts is read into the same parts', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
    const host = fc.stringMatching(/^[a-z]{1,8}(\.[a-z0-9]{1,8}){1,2}(:[0-9]{1,5})?$/);
    const image = fc.record(
      {
        host,
        path: fc.array(part, { minLength: 1, maxLength: 4 }),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
        digest: fc.stringMatching(/^sha(256|512):[0-9a-f]{64}$/),
      },
      { requiredKeys: ['host', 'path'] },
    );
    fc.assert(
      fc.property(image, ({ path, ...rest }) => {
        const repository = path.join('/');
        const text = `${rest.host}/${repository}${rest.tag ? `:${rest.tag}` : ''}${rest.digest ? `@${rest.digest}` : ''}`;
        expect(parseImage(text)).toEqual({ ...rest, repository });
      }),
    );
  });

  test.each([
    ['dkr.ecr.eu-central-1.amazonaws.com', 'arn:aws:ecr:eu-central-1'],
    ['dkr-ecr.eu-central-1.on.aws', 'arn:aws:ecr:eu-central-1'],
    ['dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'arn:aws-us-gov:ecr:us-gov-west-1'],
    ['dkr-ecr-fips.us-gov-west-1.on.aws', 'arn:aws-us-gov:ecr:us-gov-west-1'],
    ['dkr.ecr.cn-north-1.amazonaws.com.cn', 'arn:aws-cn:ecr:cn-north-1'],
    ['dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', 'arn:aws-cn:ecr:cn-north-1'],
    ['dkr.ecr.eusc-de-east-1.amazonaws.eu', 'arn:aws-eusc:ecr:eusc-de-east-1'],
  ])('a task may pull from %s', (host, arn) => {
    const image = `123456789012.${host}/team/orders:1`;
    expect(ecrRepositoryArn(image)).toBe(`${arn}:123456789012:repository/team/orders`);
    const region = arn.split(':')[3];
    const [service] = resolve(parsed([REGION, `region: ${region}\n`], [IMAGE, image])).services;
    const pull = service?.executionRole.statements.find(({ sid }) => sid === 'PullImage');
    expect(pull?.resources).toEqual([{ arn: `${arn}:123456789012:repository/team/orders` }]);
  });

  test.each(['public.ecr.aws/docker/library/node:22', 'ghcr.io/example/orders:1'])(
    '%s needs no permission',
    (image) => {
      expect(ecrRepositoryArn(image)).toBeUndefined();
    },
  );
});

const references: Broken[] = [
  {
    kind: 'an image with upper case in its path',
    edits: [[IMAGE, 'ghcr.io/Example/Orders:1A']],
    at: ['12:12 IMAGE_NAME'],
    says: ['ghcr.io/Example/Orders:1A', '`ghcr.io/example/orders:1A`'],
  },
  {
    kind: 'an image with a scheme',
    edits: [[IMAGE, 'https://ghcr.io/x:1']],
    at: ['12:12 IMAGE_NAME'],
    says: ['without the scheme: `ghcr.io/x:1`'],
  },
  {
    kind: 'an image of a registry of ECR that there is not',
    edits: [[IMAGE, '12345678901.dkr.ecr.eu-central-1.amazonaws.com/orders:1']],
    at: ['12:12 IMAGE_ECR'],
    says: ['twelve digits'],
  },
  {
    kind: 'an image in a registry of another partition',
    edits: [[IMAGE, '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/orders:1']],
    at: ['12:12 IMAGE_PARTITION'],
    says: ['`aws-cn`', 'eu-central-1 is in `aws`'],
  },
  {
    kind: 'the same with IPv6',
    edits: [[IMAGE, '123456789012.dkr-ecr-fips.us-gov-east-1.on.aws/orders:1']],
    at: ['12:12 IMAGE_PARTITION'],
    says: ['`aws-us-gov`'],
  },
  {
    kind: 'an image with a variable',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    edits: [[IMAGE, 'orders:${IMAGE_TAG}']],
    at: ['12:12 SUBSTITUTION'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    says: ['`${IMAGE_TAG}`', 'envsubst'],
  },
  {
    kind: 'a domain with a variable',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    edits: [['name: api.example.com', 'name: "${DOMAIN}"']],
    at: ['8:9 WRONG_FORM'],
    says: ['envsubst'],
  },
  {
    kind: "CloudFormation's mark of another value",
    edits: [[LEVEL, '      LOG_LEVEL: "{{resolve:ssm:/a/b}}"']],
    at: ['22:18 ENGINE_MARK'],
    says: ['`{{resolve:`', '`secrets`'],
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the engines write them
  ...['${TfToken[TOKEN.0]}', '${Token[TOKEN.1]}', '#{Token[TOKEN.2]}', '-1.8881545897087626e+289'].map(
    (mark): Broken => ({
      kind: `the mark ${mark}`,
      edits: [[LEVEL, `      LOG_LEVEL: "a ${mark}"`]],
      at: ['22:18 ENGINE_MARK'],
      says: ['cannot be told as text'],
    }),
  ),
  {
    kind: 'a region that is none',
    edits: [[REGION, 'region: xx-central-1\n']],
    at: ['3:9 REGION_UNKNOWN'],
    says: ['No partition'],
  },
  {
    kind: 'an alias of a key',
    edits: [
      [PORT, `${PORT}    secrets: { DB: "${SECRET}" }\n    kmsKeys: ["${KEY.replace('key/', 'alias/')}"]\n`],
    ],
    at: ['15:15 WRONG_FORM'],
    says: ['not of an alias'],
  },
  {
    kind: 'keys for no secrets',
    edits: [[PORT, `${PORT}    kmsKeys: ["${KEY}"]\n`]],
    at: ['14:5 KEYS_UNUSED'],
    says: ['no secrets'],
  },
  {
    kind: 'a key and a secret of another partition',
    edits: [
      [
        PORT,
        `${PORT}    secrets: { DB: "${SECRET}" }\n    kmsKeys: ["${KEY.replace('arn:aws:', 'arn:aws-cn:')}"]\n`,
      ],
    ],
    at: ['15:15 ARN_PARTITION'],
    says: ['`aws-cn`', '`aws`'],
  },
  {
    kind: 'a state that another environment could have too',
    edits: [[REGION, `${REGION}state: { kind: s3, bucket: states, key: shops.eu-central-1.tfstate }\n`]],
    at: ['4:41 STATE_NAME'],
    says: ['take away', 'stagecraft/shop.eu-central-1.tfstate'],
  },
  {
    kind: 'a state that does not say its region',
    edits: [[REGION, `${REGION}state: { kind: local, path: shop.tfstate }\n`]],
    at: ['4:29 STATE_REGION'],
    says: ['terraform.shop.eu-central-1.tfstate', 'moved first'],
  },
  {
    kind: 'a state that says another region',
    edits: [[REGION, `${REGION}state: { kind: s3, bucket: states, key: eu-central-11/shop }\n`]],
    at: ['4:41 STATE_REGION'],
    says: ['stagecraft/shop.eu-central-1.tfstate'],
  },
  {
    kind: 'a state that says a zone',
    edits: [[REGION, `${REGION}state: { kind: s3, bucket: states, key: shop-eu-central-1a }\n`]],
    at: ['4:41 STATE_REGION'],
    says: ['stagecraft/shop.eu-central-1.tfstate'],
  },
  {
    kind: 'a user pool where there is no Cognito',
    edits: [
      [REGION, 'region: cn-north-1\nidentity: { cognito: { domainPrefix: shop, scopes: { a: b } } }\n'],
    ],
    at: ['4:11 SERVICE_ABSENT'],
    says: ['Amazon Cognito is not in cn-north-1'],
  },
  {
    kind: 'a region whose zones differ by account',
    edits: [
      [REGION, 'region: us-west-1\n'],
      [NETWORK, '  cidr: 10.0.0.0/16'],
    ],
    at: ['3:9 ZONES_MISSING'],
    says: ['us-west-1', 'describe-availability-zones'],
  },
  {
    kind: 'a zone by its full name',
    edits: [['zones: [a, b]', 'zones: [eu-central-1a, b]']],
    at: ['6:11 WRONG_FORM'],
    says: ['a letter from a to f', 'euc1-az1', 'local zone'],
  },
  {
    kind: 'a zone by its id',
    edits: [['zones: [a, b]', 'zones: [euc1-az2, b]']],
    at: ['6:11 WRONG_FORM'],
    says: ['no zone id'],
  },
  ...['169.254.0.0/16', '224.0.0.0/16', '0.0.0.0/16', '240.1.0.0/16'].map(
    (cidr): Broken => ({
      kind: `the network ${cidr}`,
      edits: [['10.0.0.0/16', cidr]],
      at: ['5:9 CIDR_RESERVED'],
      says: ['a purpose of their own'],
    }),
  ),
  {
    kind: 'an API that shall speak gRPC',
    edits: [[PORT, `${PORT}    protocol: grpc\n`]],
    at: ['14:5 UNKNOWN_KEY'],
    says: ['HTTP/1.1', 'gRPC is not served'],
  },
];

describe('references', () => refuses(references));

const zonesIn = (region: string, ...edits: Edit[]) => {
  const { network } = parsed([REGION, `region: ${region}\n`], ...edits);
  return 'zones' in network ? network.zones : [];
};

test.each([
  ['eu-central-1', ['a', 'b']],
  ['ap-northeast-1', ['a', 'c']],
  ['ca-central-1', ['a', 'b']],
  ['us-gov-west-1', ['a', 'b']],
])('in %s the zones are %p by default', (region, zones) => {
  expect(zonesIn(region, [NETWORK, '  cidr: 10.0.0.0/16'])).toEqual(zones);
  expect(zonesIn(region, [`network:\n${NETWORK}\n`, ''])).toEqual(zones);
});

test('zones that are written stand as written', () => {
  expect(zonesIn('ap-northeast-1', ['zones: [a, b]', 'zones: [d, c]'])).toEqual(['d', 'c']);
  expect(zonesIn('us-west-1', ['zones: [a, b]', 'zones: [c, a]'])).toEqual(['c', 'a']);
});

test.each([
  ['eu-central-1', 'aws', 'auth.eu-central-1.amazoncognito.com'],
  ['us-gov-west-1', 'aws-us-gov', 'auth-fips.us-gov-west-1.amazoncognito.com'],
])('%s is in partition %s, and tokens come from %s', (region, partition, domain) => {
  expect(partitionOf(region)).toBe(partition);
  expect(tokenDomain(region)).toBe(domain);
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['mx-central-1', 'aws'],
])('%s is in partition %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

test.each([2192, 2557, 2922, 3288, 3653])('logs can be kept for %p days', (days) => {
  expect(parsed([REGION, `${REGION}logRetentionDays: ${days}\n`]).logRetentionDays).toBe(days);
});

describe('secrets', () => {
  const statementsOf = (...edits: Edit[]) =>
    resolve(parsed(...edits)).services[0]?.executionRole.statements.map(({ sid, actions, resources }) => [
      sid,
      ...actions,
      ...resources.map((one) => ('arn' in one ? one.arn : one.ref)),
    ]);

  test('a key, a stage and a version behind the ARN are no part of what may be read', () => {
    expect(
      statementsOf([
        PORT,
        `${PORT}    secrets: { A: "${SECRET}:user::", B: "${SECRET}:pass:AWSCURRENT:" }\n`,
      ]),
    ).toContainEqual(['ReadSecrets', 'secretsmanager:GetSecretValue', SECRET]);
  });

  test('a task decrypts with the keys that are named, and with no other', () => {
    const secrets = `    secrets: { A: "${SECRET}" }\n`;
    expect(statementsOf([PORT, `${PORT}${secrets}    kmsKeys: ["${KEY}"]\n`])).toContainEqual([
      'DecryptSecrets',
      'kms:Decrypt',
      KEY,
    ]);
    expect(JSON.stringify(statementsOf([PORT, PORT + secrets]))).not.toContain('kms');
  });
});

test('variables and commands may have marks of a shell and of Terraform', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  const texts = ['${HOME}', '${aws_x.y}', '%{ if }', '${AWS::Region}'];
  const yaml = `${PORT}    command: ${JSON.stringify(texts)}\n    environment: { A: ${JSON.stringify(texts.join())} }\n`;
  const check = `    health: { command: ${JSON.stringify(['CMD-SHELL', ...texts])} }\n`;
  const orders = parsed([PORT, yaml + check]).apis.orders as Api | undefined;
  expect(orders?.command).toEqual(texts);
  expect(orders?.health.command).toEqual(['CMD-SHELL', ...texts]);
  expect(orders?.environment.A).toBe(texts.join());
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  expect(summary(shop([PORT, `${PORT}    health: { probeImage: "bash:${'${TAG}'}" }\n`]))).toEqual([
    '14:27 SUBSTITUTION',
  ]);
});

test('two files of one environment are refused by name, also where only case tells them apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-twice-'));
  try {
    for (const name of ['shop.yaml', 'shop.yml', 'SHOP.yaml', 'shopping.yaml']) {
      writeFileSync(join(folder, name), SHOP);
    }
    const load = () => loadEnvironment(join(folder, 'shop.yaml'));
    expect(load).toThrow(Problems);
    expect(load).toThrow(/ENVIRONMENT_TWICE[\s\S]*SHOP\.yaml, shop\.yml/);
    rmSync(join(folder, 'SHOP.yaml'));
    rmSync(join(folder, 'shop.yml'));
    expect(load().name).toBe('shop');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the sound environment has no problem of these', () => {
  expect(() => parsed()).not.toThrow();
  expect(summary(shop([IMAGE, 'A B']))).toEqual(['12:12 WRONG_FORM']);
});
