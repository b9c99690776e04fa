/**
 * What the gateways leave behind. Nothing that holds something may look at the stage: see `GatewayData`. A metric filter
 * holds nothing, and counts nothing where no gateway writes.
 */
import type { DataPlane } from '../../gateway';
import type { ConsumersSecret, GatewayData } from '../blueprint';
import { consumersSecretName, ids } from '../names';
import type { AnyApi, Environment } from '../schema';
import { membersOf } from './members';
import { metricsLogGroup } from './metrics-collector';
import { logGroup } from './services';
import { usageMetrics } from './usage-metrics';

const asksForKey = ({ policies, routes }: AnyApi): boolean =>
  [policies, ...Object.values(routes).map((route) => route.policies)].some(
    ({ authentication = 'public' }) => authentication !== 'public' && authentication.apiKey !== undefined,
  );

/** Keys are issued to declared consumers: whoever declares one may want to issue its key before the first gateway. */
function consumersSecret(environment: Environment, plane: DataPlane): ConsumersSecret | undefined {
  const { name, apis, consumers } = environment;
  if (Object.keys(consumers).length === 0 && !Object.values(apis).some(asksForKey)) return undefined;
  return {
    id: ids.consumersSecret,
    name: consumersSecretName(name),
    description: 'Hashes of the API keys of each consumer',
    initialText: plane.consumersText([]),
    initialLabel: 'INITIAL',
  };
}

export function resolveGatewayData(environment: Environment, plane: DataPlane): GatewayData {
  const secret = consumersSecret(environment, plane);
  const metricsGroup = metricsLogGroup(environment);
  const filters = environment.stage === 'gateway' ? usageMetrics(environment) : {};
  return {
    ...(secret ? { consumersSecret: secret } : {}),
    logGroups: Object.fromEntries(
      membersOf(environment).map(({ id }) => [id, { ...logGroup(environment, id), ...filters }]),
    ),
    ...(metricsGroup ? { metricsLogGroup: metricsGroup } : {}),
    deletionProtection: environment.deletionProtection,
  };
}
