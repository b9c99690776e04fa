/**
 * `stagecraft/gateway`: policies in, what a gateway's container runs out. Pure: no engine, no cloud, no I/O.
 *
 * ```ts
 * import { dataPlane } from 'stagecraft/gateway';
 *
 * const { command, environment } = dataPlane.render(model, member);
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
  dataPlane,
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
export type { ChosenMetrics, PlaneMetrics } from '../gateway/metrics';
export type { RouteMethod } from '../gateway/policies';
export { formatProblems, type Path, type Problem, Problems } from '../problems';
