/**
 * `stagecraft/pulumi`: the constructs for Pulumi. Loads no other engine, no sandbox and no AWS SDK.
 *
 * ```ts
 * import { loadEnvironment, resolve } from 'stagecraft';
 * import { GatewayStage } from 'stagecraft/pulumi';
 *
 * new GatewayStage('shop', { blueprint: resolve(loadEnvironment('environments/shop.yaml')) });
 * ```
 */

export type { Transform } from '../graph/transform';
export { ApiService, type ApiServiceArgs, type ApiServiceTransform } from '../pulumi/api-service';
export {
  Certificate,
  type CertificateArgs,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from '../pulumi/certificate';
export {
  Cluster,
  type ClusterArgs,
  type ClusterTransform,
  Namespace,
  type NamespaceArgs,
  type NamespaceTransform,
} from '../pulumi/cluster';
export {
  ConsumersSecret,
  type ConsumersSecretArgs,
  type ConsumersSecretTransform,
  ExistingConsumersSecret,
  type IConsumersSecret,
} from '../pulumi/consumers-secret';
export {
  FargateService,
  type FargateServiceArgs,
  type FargateServiceTransform,
  type Placement,
  type ServiceArgs,
} from '../pulumi/fargate-service';
export { GatewayData, type GatewayDataArgs, type GatewayDataTransform } from '../pulumi/gateway-data';
export { GatewayPair, type GatewayPairArgs, type GatewayPairTransform } from '../pulumi/gateway-pair';
export { IamRole, type IamRoleArgs, type IamRoleTransform, type StatementArns } from '../pulumi/iam-role';
export { Identity, type IdentityArgs, type IdentityTransform } from '../pulumi/identity';
export { ListenerRules, type ListenerRulesTransform } from '../pulumi/listener-rules';
export { LoadBalancer, type LoadBalancerArgs, type LoadBalancerTransform } from '../pulumi/load-balancer';
export {
  ExistingNetwork,
  type ExistingNetworkArgs,
  type INetwork,
  Network,
  type NetworkArgs,
  type NetworkTransform,
} from '../pulumi/network';
export { LogGroup, type LogGroupArgs, type LogGroupTransform } from '../pulumi/observability';
export {
  type Peers,
  SecurityGroup,
  type SecurityGroupArgs,
  type SecurityGroupTransform,
} from '../pulumi/security-group';
export {
  ApiStage,
  GatewayStage,
  LoadBalancedStage,
  type StageArgs,
  type StageTransform,
  type StageWordsArgs,
} from '../pulumi/stages';
export {
  type ITargetGroup,
  TargetGroup,
  type TargetGroupArgs,
  type TargetGroupTransform,
} from '../pulumi/target-group';
export type { DomainWords, ExistingNetworkWords, ExistingPlace, ListenerWords } from '../pulumi/words';
