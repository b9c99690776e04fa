import type { DataPlane } from '../gateway';
import { haproxy } from '../gateway/haproxy';
import type { Environment } from './schema';

/** The program that carries out an environment's policies. This is the one place that chooses it: HAProxy is the only one. */
export const dataPlaneOf = (_environment: Environment): DataPlane => haproxy;
