/** Where an environment is reached: by its domain, or at stage `api` at each running task. */
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import type { Blueprint } from '../constructs/blueprint/blueprint';
import { type AnyApi, type Environment, ownApis } from '../constructs/blueprint/schema';
import { UserError } from '../stacks/user-error';
import type { AwsClients } from './aws';
import type { ApiEndpoint } from './verify/claim';

function detail(task: Task, name: string): string | undefined {
  return task.attachments?.flatMap((one) => one.details ?? []).find((one) => one.name === name)?.value;
}

/** Public address of a task's network interface; its private one when it has none. */
async function addressOf(aws: AwsClients, task: Task): Promise<string | undefined> {
  const networkInterface = detail(task, 'networkInterfaceId');
  if (!networkInterface) return detail(task, 'privateIPv4Address');
  const found = await aws.ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [networkInterface] }),
  );
  return found.NetworkInterfaces?.[0]?.Association?.PublicIp ?? detail(task, 'privateIPv4Address');
}

/** Addresses of the running tasks of a service. */
export async function taskAddresses(aws: AwsClients, cluster: string, service: string): Promise<string[]> {
  const listed = await aws.ecs.send(
    new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' }),
  );
  if (!listed.taskArns?.length) return [];
  const described = await aws.ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }));
  const running = (described.tasks ?? []).filter((task) => task.lastStatus === 'RUNNING');
  const addresses = await Promise.all(running.map((task) => addressOf(aws, task)));
  return addresses.filter((address): address is string => address !== undefined);
}

/** Path to ask an API with: the first that it claims. */
const firstPath = (api: AnyApi): string => api.paths[0] ?? '/';

/** Each API behind one base address. An API with hosts of its own is asked by the first of them. */
export function behindOneAddress(environment: Environment, base: URL): ApiEndpoint[] {
  return Object.entries(environment.apis).map(([name, api]) => {
    const url = new URL(firstPath(api), base);
    if (api.hosts[0]) url.hostname = api.hosts[0];
    return { name, api, urls: [url.href] };
  });
}

async function taskByTask(
  environment: Environment,
  blueprint: Blueprint,
  aws: AwsClients,
): Promise<ApiEndpoint[]> {
  return Promise.all(
    ownApis(environment.apis).map(async ([name, api]) => {
      const service = blueprint.services.find((one) => one.id === name);
      if (!service) throw new Error(`the blueprint has no service for API ${name}`);
      const addresses = await taskAddresses(aws, blueprint.cluster.name, service.name);
      return {
        name,
        api,
        urls: addresses.map((address) => `http://${address}:${api.port}${firstPath(api)}`),
      };
    }),
  );
}

/**
 * Finds the APIs of an environment.
 * @param base address given by the caller; by default the environment's own domain
 */
export async function findEndpoints(
  environment: Environment,
  blueprint: Blueprint,
  aws: AwsClients,
  base?: URL,
): Promise<ApiEndpoint[]> {
  if (base) return behindOneAddress(environment, base);
  if (environment.stage === 'api') return taskByTask(environment, blueprint, aws);
  if (!blueprint.host)
    throw new UserError('The environment has no domain. Give the address with --endpoint.');
  return behindOneAddress(environment, new URL(`https://${blueprint.host}`));
}
