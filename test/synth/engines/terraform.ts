/** Resources in Terraform's words, as cdktf and Pulumi have them, -> facts. */
import { canonical, type Fact, type Facts, isTree, reference, referencesIn, type Settings } from './facts';
import { wholeOf } from './paths';
import { ATTRIBUTES, MAPS, OWN, UNTAGGED, WORDS, type Words } from './terraform-words';
import { waitsOf } from './waits';

/** A resource of Terraform's AWS provider. */
export interface TerraformResource {
  /** `aws_ecs_service`. */
  readonly type: string;
  /** As `pathOf` gives it. */
  readonly path: string;
  /** In snake case; a reference is `«path#attribute»`, the attribute in snake case too, and an expression `⟨…⟩`. */
  readonly arguments: Settings;
  /** Paths of what it waits for beside what it refers to. */
  readonly dependsOn: readonly string[];
}

/**
 * @param resources all of a stack
 * @param defaultTags what the provider puts on all that can have tags
 */
export function factsOfTerraform(
  resources: readonly TerraformResource[],
  defaultTags: Readonly<Record<string, string>>,
): Facts {
  const types = new Map(resources.map(({ path, type }) => [path, type]));
  const translated = resources.map((one) => ({
    type: one.type,
    path: one.path,
    arguments: one.arguments,
    settings: inAwsWords(one, types, defaultTags),
  }));
  const direct = resources.map(({ path, arguments: own, dependsOn }) => {
    const { lifecycle: _, ...rest } = own;
    const on = [...referencesIn(rest).map((one) => one.path), ...dependsOn];
    return [path, new Set(on)] as const;
  });
  return { resources: folded(translated), waits: waitsOf(new Map(direct)), own: ownOf(resources) };
}

const ownOf = (resources: readonly TerraformResource[]): Facts['own'] =>
  new Map(
    resources.map(({ path, type, arguments: all }) => [
      path,
      { type, settings: Object.fromEntries(Object.entries(all).filter(([name]) => OWN.includes(name))) },
    ]),
  );

interface Translated {
  readonly type: string;
  readonly path: string;
  readonly arguments: Settings;
  readonly settings: Settings;
}

function wordsOf(type: string): Words {
  const words = WORDS[type];
  if (words === undefined) throw new Error(`terraform-words.ts has no ${type}.`);
  return words;
}

function inAwsWords(
  { type, arguments: all }: TerraformResource,
  types: ReadonlyMap<string, string>,
  defaultTags: Settings,
): Settings {
  const words = wordsOf(type);
  const said = Object.fromEntries(Object.entries(all).filter(([name]) => !OWN.includes(name)));
  const tagged = UNTAGGED.includes(type) ? said : { ...said, tags: { ...defaultTags, ...said.tags } };
  const settings: Settings = {};
  put(settings, words, tagged, '', '');
  return withAttributes(settings, types) as Settings;
}

const camel = (name: string): string =>
  name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Puts arguments where AWS has them; `place` is where they stand in Terraform, `at` where in AWS. */
function put(into: Settings, words: Words, all: Settings, place: string, at: string): void {
  for (const [name, value] of Object.entries(all)) {
    const own = `${place}${name}`;
    const target = words.names?.[own] ?? `${at}${camel(name)}`;
    const parsed = words.documents?.includes(own) ? JSON.parse(value) : value;
    const one = words.single?.includes(own) && Array.isArray(parsed) ? parsed[0] : parsed;
    const listed = words.lists?.includes(own) && !Array.isArray(one);
    if (listed && target.includes('/')) {
      const [list = '', inner = ''] = target.split('/');
      into[list] = [{ [inner]: one }];
    } else if (listed) into[target] = [inside(words, own, one)];
    else if (isTree(one) && !MAPS.includes(name) && !words.documents?.includes(own)) {
      // An object's own arguments may have places of their own, outside of it.
      put(into, words, one, `${own}/`, `${target}/`);
    } else setAt(into, target.split('/'), spelled(words, own, name, one));
  }
}

function inside(words: Words, place: string, value: Settings): Settings {
  const into: Settings = {};
  // Inside a list, places begin at its items.
  put(into, relative(words, place), value, '', '');
  return into;
}

const relative = (words: Words, place: string): Words => ({
  kind: words.kind,
  names: Object.fromEntries(
    Object.entries(words.names ?? {})
      .filter(([name]) => name.startsWith(`${place}/`))
      .map(([name, target]) => [name.slice(place.length + 1), target]),
  ),
});

function spelled(words: Words, place: string, name: string, value: unknown): unknown {
  if (words.documents?.includes(place)) return place === 'container_definitions' ? upper(value) : value;
  if (Array.isArray(value) && !MAPS.includes(name)) {
    return value.map((one) => (isTree(one) ? inside(words, place, one) : one));
  }
  return value;
}

/** The ECS API's `containerDefinitions` in CloudFormation's words: the first letter is a capital. */
function upper(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => upper(one));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      MAPS.includes(name) ? key : key.charAt(0).toUpperCase() + key.slice(1),
      upper(inner, key),
    ]),
  );
}

function setAt(into: Settings, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[first] = value;
  else {
    into[first] ??= {};
    setAt(into[first], rest, value);
  }
}

/** References name the attribute in AWS's words, and the whole where they named a part of it. */
function withAttributes(value: unknown, types: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/«([^#»]*)#([^»]*)»/g, (_, path: string, attribute: string) => {
      const name = ATTRIBUTES[`${types.get(path)} ${attribute}`] ?? camel(attribute);
      return reference(wholeOf(path), name);
    });
  }
  if (Array.isArray(value)) return value.map((one) => withAttributes(one, types));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAttributes(inner, types)]));
}

/** Puts the parts into their wholes. */
function folded(all: readonly Translated[]): Map<string, Fact> {
  const isPart = ({ type, path }: Translated) => wordsOf(type).kind === 'part' || wholeOf(path) !== path;
  const facts = new Map<string, Fact>();
  for (const one of all.filter((each) => !isPart(each))) {
    const parts = all.filter((each) => isPart(each) && wholeOf(each.path) === one.path);
    const settings = parts.reduce(withPart, { ...(SPELLINGS[one.type]?.(one.settings) ?? one.settings) });
    const { kind } = wordsOf(one.type);
    facts.set(one.path, { kind, settings: canonical(kind, settings) });
  }
  const lost = all.filter((each) => isPart(each) && !facts.has(wholeOf(each.path)));
  if (lost.length > 0) throw new Error(`Parts of nothing: ${lost.map(({ path }) => path).join(', ')}.`);
  return facts;
}

function withPart(whole: Settings, { type, path, settings }: Translated): Settings {
  const fold = PARTS[type];
  if (fold === undefined) throw new Error(`${path} is a part, and nothing says of what.`);
  return fold(whole, settings, wholeOf(path));
}

/** What a part must say of its whole. */
function expectToBe(what: string, value: unknown, wanted: string): void {
  if (value !== wanted) throw new Error(`${what} is ${value}, not ${wanted}.`);
}

const PARTS: Readonly<Record<string, (whole: Settings, part: Settings, path: string) => Settings>> = {
  aws_iam_role_policy: (whole, { Role, ...policy }, path) => {
    expectToBe(`Role of ${path}'s policy`, Role, reference(path, 'Name'));
    return { ...whole, Policies: [...(whole.Policies ?? []), policy] };
  },
  aws_iam_role_policy_attachment: (whole, { Role, PolicyArn, ...more }, path) => {
    expectToBe(`Role of ${path}'s managed policy`, Role, reference(path, 'Name'));
    expectToBe(`Rest of ${path}'s managed policy`, JSON.stringify(more), '{}');
    return { ...whole, ManagedPolicyArns: [...(whole.ManagedPolicyArns ?? []), PolicyArn] };
  },
  aws_vpc_security_group_egress_rule: (whole, { GroupId, Tags, ...rule }, path) => {
    expectToBe(`Group of ${path}'s way out`, GroupId, reference(path, 'Id'));
    return { ...whole, SecurityGroupEgress: [...(whole.SecurityGroupEgress ?? []), rule] };
  },
  aws_secretsmanager_secret_version: (whole, { SecretId, ...text }, path) => {
    expectToBe(`Secret of ${path}'s version`, SecretId, reference(path, 'Arn'));
    return { ...whole, ...text };
  },
  aws_route53_record: (whole, record, path) => {
    const { DomainName, HostedZoneId } = proofOf(record, path);
    const options = [...(whole.DomainValidationOptions ?? []), { DomainName, HostedZoneId }];
    return { ...whole, DomainValidationOptions: options };
  },
  aws_acm_certificate_validation: (whole, { CertificateArn }, path) => {
    expectToBe(`Certificate of ${path}'s validation`, CertificateArn, reference(path, 'Arn'));
    return whole;
  },
};

/** A record that proves a certificate's name says nothing but that certificate's own options of that name. */
function proofOf(
  { Name, Records, Type, TTL, Ttl = TTL, HostedZoneId, ...more }: Settings,
  path: string,
): Settings {
  const [, DomainName] = /option\.domain_name == "([^"]*)"/.exec(Name) ?? [];
  const option = (field: string) =>
    `⟨one([for option in ${reference(path, 'DomainValidationOptions')} : option.resource_record_${field} if option.domain_name == "${DomainName}"])⟩`;
  expectToBe(`Name of ${path}'s proof`, Name, option('name'));
  expectToBe(`Value of ${path}'s proof`, Records?.join(), option('value'));
  expectToBe(`Type of ${path}'s proof`, Type, option('type'));
  expectToBe(`Rest of ${path}'s proof`, JSON.stringify({ Ttl, ...more }), '{"Ttl":300}');
  return { DomainName, HostedZoneId };
}

const asTexts = (attributes: Settings = {}): Settings =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));

/** What AWS spells in another way. */
const SPELLINGS: Readonly<Record<string, (settings: Settings) => Settings>> = {
  aws_appautoscaling_policy: ({ ResourceId, ScalableDimension, ServiceNamespace, ...rest }) => {
    const [{ path = '' } = {}] = referencesIn(ResourceId);
    expectToBe("A policy's resource", ResourceId, reference(path, 'ResourceId'));
    expectToBe("A policy's dimension", ScalableDimension, reference(path, 'ScalableDimension'));
    expectToBe("A policy's namespace", ServiceNamespace, reference(path, 'ServiceNamespace'));
    return { ...rest, ScalingTargetId: reference(path, 'Id') };
  },
  aws_ecs_service: ({ NetworkConfiguration: { AwsvpcConfiguration: network }, ...rest }) => ({
    ...rest,
    NetworkConfiguration: {
      AwsvpcConfiguration: { ...network, AssignPublicIp: network.AssignPublicIp ? 'ENABLED' : 'DISABLED' },
    },
  }),
  aws_lb: ({ Scheme, LoadBalancerAttributes, ...rest }) => ({
    ...rest,
    Scheme: Scheme ? 'internal' : 'internet-facing',
    LoadBalancerAttributes: asTexts(LoadBalancerAttributes),
  }),
  aws_lb_listener_rule: ({ Conditions, ...rest }) => ({
    ...rest,
    Conditions: (Conditions as Settings[]).map((one) => ({ ...one, Field: FIELDS[Object.keys(one).join()] })),
  }),
  aws_lb_target_group: ({ TargetGroupAttributes, ...rest }) => ({
    ...rest,
    TargetGroupAttributes: asTexts(TargetGroupAttributes),
  }),
};

const FIELDS: Readonly<Record<string, string>> = {
  HostHeaderConfig: 'host-header',
  HttpHeaderConfig: 'http-header',
  PathPatternConfig: 'path-pattern',
  SourceIpConfig: 'source-ip',
};
