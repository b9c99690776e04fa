import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { IConstruct, IDependable } from 'constructs';
import type { ResourceType } from '../graph/resource';
import {
  type Attribute,
  type Awaited,
  type Concat,
  isOutside,
  isRef,
  type Referred,
  type Value,
} from '../graph/value';

/** What a resource of each type is to the constructs that name it, made here or given. */
export interface Constructs {
  readonly vpc: ec2.IVpc;
  readonly 'internet-gateway': ec2.CfnInternetGateway;
  readonly subnet: ec2.ISubnet;
  readonly 'route-table': ec2.CfnRouteTable;
  readonly route: ec2.CfnRoute;
  readonly 'subnet-route-table-association': ec2.CfnSubnetRouteTableAssociation;
  readonly 'elastic-ip': ec2.CfnEIP;
  readonly 'nat-gateway': ec2.CfnNatGateway;
  readonly 'security-group': ec2.ISecurityGroup;
  readonly 'security-group-ingress-rule': ec2.CfnSecurityGroupIngress;
  /** In the group itself. */
  readonly 'security-group-egress-rule': undefined;
  readonly 'load-balancer': elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.IApplicationListener;
  readonly 'listener-rule': elbv2.ApplicationListenerRule;
  readonly 'target-group': elbv2.IApplicationTargetGroup;
  readonly certificate: acm.ICertificate;
  readonly 'alias-record': route53.ARecord;
  readonly cluster: ecs.ICluster;
  readonly namespace: servicediscovery.INamespace;
  readonly role: iam.Role;
  readonly 'task-definition': ecs.FargateTaskDefinition;
  readonly 'discovery-service': servicediscovery.Service;
  readonly service: ecs.FargateService;
  readonly 'scaling-target': ecs.ScalableTaskCount;
  readonly 'scaling-policy': undefined;
  readonly 'log-group': logs.ILogGroup;
  readonly 'metric-filter': logs.MetricFilter;
  readonly secret: secretsmanager.ISecret;
  readonly 'user-pool': cognito.UserPool;
  readonly 'user-pool-domain': cognito.UserPoolDomain;
  readonly 'resource-server': cognito.UserPoolResourceServer;
  readonly 'user-pool-client': cognito.UserPoolClient;
}

/** What is made of a resource. */
export interface Made<Type extends ResourceType = ResourceType> {
  /** What others name it by. */
  readonly named: Constructs[Type];
  /** What waits, where it is not the same. */
  readonly construct?: IConstruct;
  /** What others wait for. @default what waits */
  readonly awaited?: readonly IDependable[];
  /** Attributes that are wanted as text. */
  readonly texts?: Readonly<Partial<Record<Attribute, string>>>;
}

/** A construct that a user gave, where its text is wanted too. */
export class Given {
  constructor(
    readonly construct: unknown,
    readonly text: string,
  ) {}
}

/** What has been made, and the values that others take from it. */
export class Values {
  readonly #made = new Map<Referred, Made>();

  add(resource: Referred, made: Made): void {
    this.#made.set(resource, made);
  }

  /** The construct that a value stands for. */
  of<Type extends ResourceType>(type: Type, value: Value): Constructs[Type] {
    if (typeof value === 'string') throw new Error(`"${value}" is text, and a construct is wanted: ${type}.`);
    if (isOutside(value)) {
      const { outside } = value;
      return (outside instanceof Given ? outside.construct : outside) as Constructs[Type];
    }
    if (value.of.type !== type) throw new Error(`${value.of.type} "${value.of.id}" is no ${type}.`);
    return this.#find(value.of).named as Constructs[Type];
  }

  text(value: Value | Concat): string {
    if (typeof value === 'string') return value;
    if ('concat' in value) return value.concat.map((one) => this.text(one as Value)).join('');
    if (isOutside(value)) {
      const { outside } = value;
      return outside instanceof Given ? outside.text : (outside as string);
    }
    const text = this.#find(value.of).texts?.[value.attribute];
    if (text !== undefined) return text;
    throw new Error(
      `The ${value.attribute} of ${value.of.type} "${value.of.id}" is known to no one as text.`,
    );
  }

  /** A key of the user's own that a secret is encrypted with. */
  keyOf(secret: Value): kms.IKey | undefined {
    const has = typeof secret !== 'string' && (isRef(secret) || secret.outside instanceof Given);
    return has ? this.of('secret', secret).encryptionKey : undefined;
  }

  /** What stands for a resource where others wait for it. */
  awaited(one: Awaited): readonly IDependable[] {
    if (isOutside(one)) return [one.outside as IDependable];
    const { awaited, construct, named } = this.#find(one);
    return awaited ?? [(construct ?? named) as IDependable];
  }

  /** What stands for the resource of a reference. */
  awaitedOf(value: Value): readonly IDependable[] {
    return typeof value !== 'string' && isRef(value) ? this.awaited(value.of) : [];
  }

  #find(resource: Referred): Made {
    const made = this.#made.get(resource);
    if (made === undefined) {
      throw new Error(`${resource.type} "${resource.id}" is referred to before it is made.`);
    }
    return made;
  }
}
