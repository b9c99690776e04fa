/** The environment file's words in a CDK app: beside them stand L2 constructs of what exists. */
import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { SubnetKind, ZoneLetter } from '../blueprint/blueprint';
import { type NetworkPlaces, picked } from '../graph/network';
import { outside } from '../graph/value';
import type { Path } from '../problems';
import type { Listener } from '../words/environment';

/** Where something stands that brings no network and no cluster. */
export interface ExistingPlace {
  /**
   * A target group's name is made of the VPC: with one that is known later it stays the same when another VPC takes its place,
   * and AWS refuses a second group of the name.
   */
  readonly vpc: ec2.IVpc;
  /** Subnets for tasks, in two zones or more. @default those with a way out, else the public ones */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /** IPv4 block of the VPC. @default what the VPC was made or imported with */
  readonly cidr?: string;
  readonly cluster: ecs.ICluster;
  /** A private DNS namespace of the VPC. @default a new one, `<name>.internal` */
  readonly namespace?: servicediscovery.INamespace;
  /** @default the stack's, where it is known */
  readonly region?: string;
}

/** What needs no cluster stands in less. */
type Standing = Omit<ExistingPlace, 'cluster'> & Partial<Pick<ExistingPlace, 'cluster'>>;

type ByZone = Readonly<Record<ZoneLetter, ec2.ISubnet>>;

/** Subnets by zone, the first of each. */
function byZone(subnets: readonly ec2.ISubnet[], region: string): ByZone {
  const zones = [...new Set(subnets.map(({ availabilityZone }) => availabilityZone))];
  return Object.fromEntries(
    zones.map((zone, turn) => [
      letterOf(zone, region, turn),
      subnets.find(({ availabilityZone }) => availabilityZone === zone) as ec2.ISubnet,
    ]),
  );
}

/** The subnets for tasks, and the public ones. */
function subnetsOf({ vpc, vpcSubnets }: Standing, region: string) {
  const { PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;
  const selection = vpcSubnets ?? {
    subnetType: vpc.privateSubnets.length > 0 ? PRIVATE_WITH_EGRESS : PUBLIC,
  };
  const tasks = vpc.selectSubnets(selection);
  const isPublic = tasks.subnets.every((one) => vpc.publicSubnets.includes(one));
  const kinds: Record<SubnetKind, ByZone> = {
    public: byZone(isPublic ? tasks.subnets : vpc.publicSubnets, region),
    private: isPublic ? {} : byZone(tasks.subnets, region),
  };
  const ready = outside(tasks.internetConnectivityEstablished);
  const places: NetworkPlaces = {
    vpcId: outside(vpc),
    zones: Object.keys(kinds.public),
    subnetIds: (kind, zones) => picked(kind, zones, kinds[kind]).map(outside),
    // Of public subnets L2 itself waits for the routes.
    routes: (kind) => (kind === 'public' && !isPublic ? [] : [ready]),
  };
  const words = { publicSubnets: kinds.public, ...(!isPublic && { privateSubnets: kinds.private }) };
  return { words, places };
}

/** A zone by its letter or, where a zone is known only later, by its turn. */
const letterOf = (zone: string, region: string, turn: number): ZoneLetter =>
  !Token.isUnresolved(zone) && zone.startsWith(region) && /[a-f]$/.test(zone)
    ? zone.slice(-1)
    : 'abcdef'.charAt(turn);

/** A VPC's block, where it is known without asking AWS. */
function cidrOf({ vpc, cidr }: Standing): string | undefined {
  if (cidr !== undefined) return cidr;
  const made = vpc.node.defaultChild;
  if (made instanceof ec2.CfnVPC) return made.cidrBlock;
  try {
    return vpc.vpcCidrBlock;
  } catch {
    return undefined;
  }
}

const regionOf = (scope: Construct, region: string | undefined): string | undefined => {
  const known = region ?? Stack.of(scope).region;
  return Token.isUnresolved(known) ? undefined : known;
};

/** A place, in the file's words, with constructs where the file has ids. */
export function placeIn(
  scope: Construct,
  place: Standing,
): { readonly words: object; readonly network: NetworkPlaces } {
  const region = regionOf(scope, place.region);
  const { words: subnets, places } = subnetsOf(place, region ?? '');
  const { cluster, namespace, vpc } = place;
  return {
    words: {
      region,
      network: { vpc, cidr: cidrOf(place), ...subnets },
      cluster: cluster && { arn: cluster },
      namespace: namespace && { id: namespace, name: namespace.namespaceName },
    },
    network: places,
  };
}

/** The same where the network is said in words, or made. */
export const placeless = (
  scope: Construct,
  { cluster, namespace, region }: Omit<Standing, 'vpc'>,
): { readonly words: object; readonly network: NetworkPlaces | undefined } => ({
  words: {
    region: regionOf(scope, region),
    cluster: cluster && { arn: cluster },
    namespace: namespace && { id: namespace, name: namespace.namespaceName },
  },
  network: undefined,
});

/** ARNs by name, of constructs or as they are. */
export const arnsOf = <Has extends object>(
  all: Readonly<Record<string, string | Has>>,
  arn: (one: Has) => string,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).map(([key, one]) => [key, typeof one === 'string' ? one : arn(one)]),
  );

/** A listener, in the file's words. */
export const listenerWords = (listener: elbv2.IApplicationListener) => ({
  arn: listener,
  securityGroup: listener.connections.securityGroups[0],
});

/** Which property a place of the words was made of. */
function property(path: Path): Path {
  const [first, second] = path;
  if (first === 'network') return second === 'cidr' ? ['cidr'] : [second === 'vpc' ? 'vpc' : 'vpcSubnets'];
  return first === 'cluster' || first === 'namespace' || first === 'listener' ? [first] : path;
}

/** What stands in the words, by what its id or its ARN is called. */
const IDS = [
  'certificateArn',
  'clusterArn',
  'hostedZoneId',
  'listenerArn',
  'namespaceId',
  'securityGroupId',
  'subnetId',
  'vpcId',
] as const;

type Named = Construct & Readonly<Partial<Record<(typeof IDS)[number], string>>>;

const idOf = (construct: Named): string | undefined =>
  IDS.map((id) => construct[id]).find((text) => text !== undefined);

/** A construct that is told something. */
export const engineAt = (scope: Construct, id: string): Listener =>
  told([scope.node.path, id].filter(Boolean).join('/'));

/** The construct itself. */
export const engineOf = (self: Construct): Listener => told(self.node.path);

const told = (at: string): Listener => ({
  at,
  isLater: (value) => Token.isUnresolved(value) || Construct.isConstruct(value),
  idOf: (value) => (Construct.isConstruct(value) ? idOf(value as Named) : value),
  property,
});
