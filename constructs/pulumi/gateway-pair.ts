import type * as pulumi from '@pulumi/pulumi';
import { Part } from '../graph/part';
import { type GatewayPairWords, gatewayPairPart } from '../words/gateway-pair';
import { Namespace, type NamespaceTransform } from './cluster';
import type { IConsumersSecret } from './consumers-secret';
import { FargateService, type FargateServiceTransform } from './fargate-service';
import { GatewayData, type GatewayDataTransform } from './gateway-data';
import { ListenerRules, type ListenerRulesTransform } from './listener-rules';
import type { LogGroup } from './observability';
import { PartComponent } from './part-component';
import { type Peers, SecurityGroup, type SecurityGroupTransform } from './security-group';
import { type ExistingPlace, engineAt, type ListenerWords } from './words';

export interface GatewayPairTransform extends Omit<GatewayDataTransform, 'logGroup'> {
  readonly securityGroup?: SecurityGroupTransform;
  /** Settings of each member. */
  readonly member?: FargateServiceTransform;
  /** Of a pair that stands alone. */
  readonly loadBalancer?: ListenerRulesTransform;
  /** Of a pair that stands alone. */
  readonly namespace?: NamespaceTransform;
}

export interface GatewayPairArgs extends GatewayPairWords, ExistingPlace {
  /** A listener that exists: the gateways are put behind it. */
  readonly listener: ListenerWords;
  readonly transform?: GatewayPairTransform;
}

/**
 * Gateways as named members: a service of one task each, pinned to a zone, rolled one after the other; behind a listener
 * that exists, in front of pools that exist. Said in the environment file's words, and checked as a file is.
 *
 * ```ts
 * new GatewayPair('gateway', {
 *   name: 'shop',
 *   region: 'eu-central-1',
 *   network: { vpc: vpc.id, cidr: '10.0.0.0/16', privateSubnets: { a: first.id, b: second.id } },
 *   cluster: { arn: cluster.arn },
 *   listener: { arn: listener.arn, securityGroup: balancersGroup.id },
 *   apis: { orders: { at: 'orders.internal:8080', paths: ['/orders'], policies: { authentication: { apiKey: {} } } } },
 *   consumers: { acme: {} },
 * });
 * ```
 * @throws Problems all that is wrong, each with the component's name and the property: `apis.orders.paths`
 */
export class GatewayPair extends PartComponent<'gateway-pair'> {
  static readonly resources = {};
  static readonly nouns = {
    'security-group': SecurityGroup,
    'fargate-service': FargateService,
    'gateway-data': GatewayData,
    namespace: Namespace,
    'listener-rules': ListenerRules,
  };

  constructor(
    name: string,
    args: GatewayPairArgs | Part<'gateway-pair'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('GatewayPair', name, args instanceof Part ? args : GatewayPair.#part(name, args), options);
  }

  static #part(name: string, { transform, ...words }: GatewayPairArgs) {
    const noun = gatewayPairPart(name, words, engineAt(name));
    return new Part(noun, { ...transform, logGroup: transform?.member?.logGroup });
  }

  /** What the members write and read, and what outlives them. */
  get data(): GatewayData {
    return this.find<GatewayData>('Default') ?? (this.around as GatewayData);
  }

  /** Its target group, and the rules that bring traffic. Absent in a stage, whose load balancer has them. */
  get listenerRules(): ListenerRules | undefined {
    return this.find('Listener');
  }

  /** Absent when it was given one, and in a stage. */
  get namespace(): Namespace | undefined {
    return this.find('Namespace');
  }

  /** Absent when no API asks for a key and no consumer is declared. */
  get consumersSecret(): IConsumersSecret | undefined {
    return this.data.consumersSecret;
  }

  /** Absent when no collector writes to CloudWatch. */
  get metricsLogGroup(): LogGroup | undefined {
    return this.data.metricsLogGroup;
  }

  /** By the group's id. Members may share one. */
  get securityGroups(): Readonly<Record<string, SecurityGroup>> {
    const ids = new Set(this.settings.members.map(({ securityGroup }) => securityGroup.id));
    return this.each([...ids]);
  }

  /** By the member's id. */
  get members(): Readonly<Record<string, FargateService>> {
    return this.each(this.settings.members);
  }

  override outputs(): pulumi.Inputs {
    const names = Object.entries(this.members).map(([id, { service }]) => [id, service.name]);
    const groups = Object.entries(this.securityGroups).map(([id, { groupId }]) => [id, groupId]);
    return { serviceNames: Object.fromEntries(names), securityGroupIds: Object.fromEntries(groups) };
  }

  /** Security group ids by group id, for the rules of what the gateways call. */
  get peers(): Peers {
    return Object.fromEntries(
      Object.entries(this.securityGroups).map(([id, securityGroup]) => [id, securityGroup.groupId]),
    );
  }
}
