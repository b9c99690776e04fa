/**
 * `stagecraft/gateway`: policies in, what a gateway's container runs out. Pure: no engine, no cloud, no I/O.
 *
 * ```ts
 * import { haproxy } from 'stagecraft/gateway';
 *
 * const { command, environment } = haproxy.render(model, member);
 * ```
 */
export type {
  ContainerDependency,
  ContainerHealthCheck,
  ContainerTies,
  EngineValue,
  Mount,
} from '../containers';
export {
  type AccessLogField,
  accessLog,
  type DataPlane,
  type GatewayApi,
  type GatewayConsumer,
  type GatewayContainer,
  type GatewayMember,
  type GatewayModel,
  type GatewayRoute,
  type Policies,
  type Sidecar,
} from '../gateway';
export type { Balancing } from '../gateway/balancing';
export { haproxy } from '../gateway/haproxy';
export type { ChosenMetrics, PlaneMetrics } from '../gateway/metrics';
export type { RouteMethod } from '../gateway/policies';
export { formatProblems, type Path, type Problem, Problems } from '../problems';
