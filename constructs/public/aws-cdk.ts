/**
 * `stagecraft/aws-cdk`: the constructs for AWS CDK. Loads no other engine, no sandbox and no AWS SDK.
 *
 * ```ts
 * import { loadEnvironment, resolve } from 'stagecraft';
 * import { GatewayStage } from 'stagecraft/aws-cdk';
 *
 * new GatewayStage(this, 'Shop', { blueprint: resolve(loadEnvironment('environments/shop.yaml')) });
 * ```
 */
export { ApiService, type ApiServiceProps, type ApiServiceTransform } from '../aws-cdk/api-service';
export {
  Certificate,
  type CertificateProps,
  type CertificateTransform,
  ExistingCertificate,
} from '../aws-cdk/certificate';
export {
  Cluster,
  type ClusterProps,
  type ClusterTransform,
  Namespace,
  type NamespaceProps,
  type NamespaceTransform,
} from '../aws-cdk/cluster';
export {
  ConsumersSecret,
  type ConsumersSecretProps,
  type ConsumersSecretTransform,
  ExistingConsumersSecret,
  type IConsumersSecret,
} from '../aws-cdk/consumers-secret';
export {
  FargateService,
  type FargateServiceProps,
  type FargateServiceTransform,
  type Placement,
  type ServiceProps,
} from '../aws-cdk/fargate-service';
export { GatewayData, type GatewayDataProps, type GatewayDataTransform } from '../aws-cdk/gateway-data';
export { GatewayPair, type GatewayPairProps, type GatewayPairTransform } from '../aws-cdk/gateway-pair';
export { IamRole, type IamRoleProps, type IamRoleTransform, type StatementArns } from '../aws-cdk/iam-role';
export { Identity, type IdentityProps, type IdentityTransform } from '../aws-cdk/identity';
export { ListenerRules, type ListenerRulesTransform } from '../aws-cdk/listener-rules';
export {
  type DomainProps,
  LoadBalancer,
  type LoadBalancerProps,
  type LoadBalancerTransform,
} from '../aws-cdk/load-balancer';
export {
  ExistingNetwork,
  type ExistingNetworkProps,
  type INetwork,
  Network,
  type NetworkProps,
  type NetworkTransform,
} from '../aws-cdk/network';
export {
  LogGroup,
  type LogGroupProps,
  type LogGroupTransform,
  type MetricDimensions,
} from '../aws-cdk/observability';
export type { PoolProps, ServicePool } from '../aws-cdk/pool';
export {
  type Peers,
  SecurityGroup,
  type SecurityGroupProps,
  type SecurityGroupTransform,
} from '../aws-cdk/security-group';
export {
  ApiStage,
  GatewayStage,
  LoadBalancedStage,
  type StageProps,
  type StageTransform,
  type StageWordsProps,
} from '../aws-cdk/stages';
export {
  type ITargetGroup,
  TargetGroup,
  type TargetGroupProps,
  type TargetGroupTransform,
} from '../aws-cdk/target-group';
export type { ExistingPlace } from '../aws-cdk/words';
export type { Transform } from '../graph/transform';
