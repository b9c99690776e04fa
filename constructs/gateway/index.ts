/** The gateway: policies in, what a container runs out. Pure: no engine, no cloud, no I/O. */
export { type AccessLogField, accessLog } from './access-log';
export { balancing, longestSeconds } from './balancing';
export type {
  DataPlane,
  GatewayApi,
  GatewayConsumer,
  GatewayContainer,
  GatewayMember,
  GatewayModel,
  GatewayRoute,
  Sidecar,
} from './model';
export { type Policies, policies, refine, route, settle } from './policies';
export { type Prefix, prefixesInOrder } from './prefixes';
export { probeCommand, probeRuns } from './probe';
export { collide, formsInOrder, type RouteForm, resolveRoutes, routeOf } from './routes';
