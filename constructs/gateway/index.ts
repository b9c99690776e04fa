/** The gateway: policies in, what a container runs out. Pure: no engine, no cloud, no I/O. */
import { haproxy } from './haproxy';
import type { DataPlane } from './model';

export type {
  DataPlane,
  GatewayApi,
  GatewayConsumer,
  GatewayContainer,
  GatewayMember,
  GatewayModel,
} from './model';
export { type Policies, policies } from './policies';
export { type Route, routesInOrder } from './routes';

export const dataPlane: DataPlane = haproxy;
export default dataPlane;
