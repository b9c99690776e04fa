import { Problems } from '../../problems';
import type { Service } from '../blueprint';
import { dataPlaneOf } from '../data-plane';
import { TASK_DEFINITION_BYTES } from '../fargate';
import { resolveGatewayPair } from '../resolving/gateway-pair';
import type { Finding, Rule } from './rule';

/** What the engine writes beside it: ARNs, and where each container logs. */
const REST_BYTES = 3072;

/** The data plane has looked at its own text; with what runs beside it, it may be too much. */
export function wholeSize({ taskDefinition: { containers } }: Service): Finding[] {
  const bytes = Buffer.byteLength(JSON.stringify(containers)) + REST_BYTES;
  if (bytes <= TASK_DEFINITION_BYTES) return [];
  const beside = containers.slice(1).map(({ name }) => `\`${name}\``);
  return [
    {
      code: 'GATEWAY_TOO_LARGE',
      path: ['apis'],
      message: `The gateway's configuration and the containers beside it (${beside.join(', ') || 'none'}) do not fit into a task definition.`,
      given: `${bytes} bytes`,
      allowed: `up to ${TASK_DEFINITION_BYTES} bytes`,
      fix: 'Put some of the APIs into an environment of their own.',
    },
  ];
}

/** What the data plane cannot carry out, or what does not fit a task definition. */
export const gatewayText: Rule = (environment) => {
  if (environment.stage !== 'gateway') return [];
  try {
    return resolveGatewayPair(environment, dataPlaneOf(environment)).members.slice(0, 1).flatMap(wholeSize);
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
};
