/**
 * `stagecraft/cdktf`: the constructs for CDK for Terraform and CDK Terrain. Loads no other engine, no sandbox and no AWS SDK.
 *
 * ```ts
 * import { loadEnvironment, resolve } from 'stagecraft';
 * import { GatewayStage } from 'stagecraft/cdktf';
 *
 * new GatewayStage(this, 'Shop', { blueprint: resolve(loadEnvironment('environments/shop.yaml')) });
 * ```
 */
export { ApiService, type ApiServiceProps, type ApiServiceTransform } from '../cdktf/api-service';
export {
  Certificate,
  type CertificateProps,
  type CertificateTransform,
  ExistingCertificate,
  type ICertificate,
} from '../cdktf/certificate';
export {
  Cluster,
  type ClusterProps,
  type ClusterTransform,
  Namespace,
  type NamespaceProps,
  type NamespaceTransform,
} from '../cdktf/cluster';
export {
  ConsumersSecret,
  type ConsumersSecretProps,
  type ConsumersSecretTransform,
  ExistingConsumersSecret,
  type IConsumersSecret,
} from '../cdktf/consumers-secret';
export {
  FargateService,
  type FargateServiceProps,
  type FargateServiceTransform,
  type Placement,
  type ServiceProps,
} from '../cdktf/fargate-service';
export { GatewayData, type GatewayDataProps, type GatewayDataTransform } from '../cdktf/gateway-data';
export { GatewayPair, type GatewayPairProps, type GatewayPairTransform } from '../cdktf/gateway-pair';
export { IamRole, type IamRoleProps, type IamRoleTransform, type StatementArns } from '../cdktf/iam-role';
export { Identity, type IdentityProps, type IdentityTransform } from '../cdktf/identity';
export { ListenerRules, type ListenerRulesTransform } from '../cdktf/listener-rules';
export { LoadBalancer, type LoadBalancerProps, type LoadBalancerTransform } from '../cdktf/load-balancer';
export {
  ExistingNetwork,
  type INetwork,
  Network,
  type NetworkProps,
  type NetworkTransform,
} from '../cdktf/network';
export { LogGroup, type LogGroupProps, type LogGroupTransform } from '../cdktf/observability';
export {
  type Peers,
  SecurityGroup,
  type SecurityGroupProps,
  type SecurityGroupTransform,
} from '../cdktf/security-group';
export {
  ApiStage,
  GatewayStage,
  LoadBalancedStage,
  type StageProps,
  type StageTransform,
} from '../cdktf/stages';
export {
  type ITargetGroup,
  TargetGroup,
  type TargetGroupProps,
  type TargetGroupTransform,
} from '../cdktf/target-group';
export type { ExistingPlace } from '../cdktf/words';
export type { Transform } from '../graph/transform';
