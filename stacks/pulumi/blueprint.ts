import type { Blueprint } from '../../constructs/blueprint/blueprint';
import type { Stage } from '../../constructs/blueprint/schema';
import { Problems } from '../../constructs/problems';
import { blueprints } from '../blueprints';

/**
 * The environment that a stack of Pulumi's deploys. Other files of the folder may be broken.
 * @param stack its name: the environment's
 * @param stage instead of the one in the file
 * @throws Problems everything that is wrong with it; also when it is on loopback addresses and AWS is meant
 */
export function deployedBlueprint(environments: string, stack: string, stage?: Stage): Blueprint {
  const { sound } = blueprints({
    environments,
    only: [stack],
    stages: stage ? { [stack]: stage } : {},
    ...(process.env.AWS_ENDPOINT_URL ? {} : { leaveOut: refuseLoopback }),
  });
  return sound[0] as Blueprint;
}

/** @throws Problems always: Pulumi deploys one environment, and this one is on one machine alone */
function refuseLoopback(environment: string, cidr: string): never {
  throw new Problems([
    {
      code: 'LOOPBACK_NETWORK',
      path: ['network', 'cidr'],
      message: `${environment} is on loopback addresses, which are on one machine alone.`,
      given: cidr,
      fix: `Run it in the sandbox (\`npx stagecraft up ${environment}\`), or give it a private block, such as 10.0.0.0/16.`,
    },
  ]);
}
