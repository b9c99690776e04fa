/** A CloudFormation template -> facts. */
import { canonical, type Fact, type Facts, isTree, reference, referencesIn, type Settings } from './facts';
import { flat } from './nested';
import { pathOf, wholeOf } from './paths';
import type { Template } from './synthesized';
import { waitsOf } from './waits';

/** What `Ref` gives, where it is not the id. */
const REF: Readonly<Record<string, string>> = {
  'AWS::CertificateManager::Certificate': 'Arn',
  'AWS::ECS::Cluster': 'Name',
  'AWS::ECS::TaskDefinition': 'Arn',
  'AWS::ElasticLoadBalancingV2::Listener': 'Arn',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Arn',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Arn',
  'AWS::IAM::Role': 'Name',
  'AWS::Logs::LogGroup': 'Name',
  'AWS::SecretsManager::Secret': 'Arn',
};

/** Attributes that have one name in CloudFormation and another in most other places. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  'AWS::EC2::SecurityGroup GroupId': 'Id',
};

interface Resource {
  readonly path: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly dependsOn: readonly string[];
  readonly own: Settings;
  readonly nestedStack?: string;
}

export function factsOfCloudFormation(template: Template): Facts {
  const { Resources } = flat(template);
  const named = new Map(
    Object.entries(Resources).map(([logicalId, { Type, Metadata }]) => [
      logicalId,
      { kind: Type as string, path: pathOf(Metadata['aws:cdk:path']) },
    ]),
  );
  const all = Object.values(Resources).map(
    ({ Type, Properties = {}, Metadata, DependsOn = [], NestedStack, ...own }): Resource => ({
      path: pathOf(Metadata['aws:cdk:path']),
      kind: Type,
      settings: plain(Properties, named) as Settings,
      dependsOn: [DependsOn].flat().map((logicalId) => known(named, logicalId).path),
      own,
      nestedStack: NestedStack,
    }),
  );
  const direct = all.map(({ path, settings, dependsOn }) => {
    const on = [...referencesIn(settings).map((one) => one.path), ...dependsOn];
    return [path, new Set(on.filter((one) => !one.startsWith('AWS::')))] as const;
  });
  return {
    resources: folded(all),
    waits: waitsOf(new Map(direct)),
    own: new Map(all.map(({ path, kind, own }) => [path, { type: kind, settings: own }])),
    nestedStacks: new Map(all.flatMap(({ path, nestedStack }) => (nestedStack ? [[path, nestedStack]] : []))),
  };
}

type Named = ReadonlyMap<string, { readonly kind: string; readonly path: string }>;

function known(named: Named, logicalId: string) {
  const found = named.get(logicalId);
  if (found === undefined) throw new Error(`There is no ${logicalId}.`);
  return found;
}

/** Without CloudFormation's functions: a reference, or text with references. */
function plain(value: unknown, named: Named): unknown {
  if (Array.isArray(value)) return value.map((one) => plain(one, named));
  if (!isTree(value)) return value;
  const [[name = '', of] = [], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') return refOf(of, named);
  if (others.length === 0 && name === 'Fn::GetAtt') {
    const { kind, path } = known(named, of[0]);
    return reference(path, ATTRIBUTES[`${kind} ${of[1]}`] ?? of[1]);
  }
  if (others.length === 0 && name === 'Fn::Join') return (plain(of[1], named) as string[]).join(of[0]);
  if (name.startsWith('Fn::')) throw new Error(`The facts do not read ${name}.`);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, named)]));
}

function refOf(logicalId: string, named: Named): string {
  if (logicalId.startsWith('AWS::')) return reference('AWS::', logicalId.slice('AWS::'.length));
  const { kind, path } = known(named, logicalId);
  return reference(path, REF[kind] ?? 'Id');
}

/** Puts the parts into their wholes. */
function folded(all: readonly Resource[]): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const { path, kind, settings } of all.filter((one) => wholeOf(one.path) === one.path)) {
    const parts = all.filter((one) => one.path !== path && wholeOf(one.path) === path);
    const whole = parts.reduce(withPart, SPELLINGS[kind]?.(settings) ?? settings);
    facts.set(path, { kind, settings: canonical(kind, whole) });
  }
  return facts;
}

function withPart(whole: Settings, { kind, path, settings }: Resource): Settings {
  if (kind !== 'AWS::EC2::VPCGatewayAttachment')
    throw new Error(`${path} is a part, and nothing says of what.`);
  const { InternetGatewayId, ...rest } = settings;
  const wanted = reference(wholeOf(path), 'Id');
  if (InternetGatewayId !== wanted) throw new Error(`${path} attaches ${InternetGatewayId}, not ${wanted}.`);
  return { ...whole, ...rest };
}

/** An ARN that is put together of a log group's name is the one that the group has, in whichever account the stack is. */
const LOG_GROUP_ARN = /arn:[\w-]+:logs:[\w-]+:(?:«AWS::#AccountId»|\d{12}):log-group:«([^#»]*)#Name»/g;

/** What most others spell in another way. */
const SPELLINGS: Readonly<Record<string, (settings: Settings) => Settings>> = {
  'AWS::IAM::Role': ({ Policies = [], ...rest }) => ({
    ...rest,
    Policies: JSON.parse(JSON.stringify(Policies).replace(LOG_GROUP_ARN, '«$1#Arn»')),
  }),
  // A name in DNS may end with a dot.
  'AWS::Route53::RecordSet': ({ Name, ...rest }) => ({ ...rest, Name: Name.replace(/\.$/, '') }),
  // The namespace is said in two places.
  'AWS::ServiceDiscovery::Service': ({ NamespaceId, ...rest }) => {
    if (NamespaceId === rest.DnsConfig?.NamespaceId) return rest;
    return { ...rest, NamespaceId };
  },
};
