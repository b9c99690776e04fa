/** Finds what services are made of and what leads to them: all have names. */
import {
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as LogTags,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  paginateDescribeRules,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import {
  ListTagsForResourceCommand as CloudMapTags,
  ListNamespacesCommand,
  paginateListServices,
} from '@aws-sdk/client-servicediscovery';
import { type Finder, isOurs, named, type Search, unlessMissing } from './finder';

const role: Finder = async (planned, search) => {
  const RoleName = named(planned, 'name');
  const found = await unlessMissing(search.clients.iam.send(new GetRoleCommand({ RoleName })));
  return isOurs(found?.Role?.Tags, search) ? RoleName : undefined;
};

const logGroup: Finder = async (planned, search) => {
  const name = named(planned, 'name');
  const { logs } = search.clients;
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
  const arn = logGroups?.find(({ logGroupName }) => logGroupName === name)?.arn?.replace(/:\*$/, '');
  if (arn === undefined) return undefined;
  const { tags } = await logs.send(new LogTags({ resourceArn: arn }));
  return isOurs(tags, search) ? name : undefined;
};

const cluster: Finder = async (planned, search) => {
  const name = named(planned, 'name');
  const command = new DescribeClustersCommand({ clusters: [name], include: ['TAGS'] });
  const [found] = (await search.clients.ecs.send(command)).clusters ?? [];
  return found?.status === 'ACTIVE' && isOurs(found.tags, search) ? name : undefined;
};

const service: Finder = async (planned, search) => {
  const name = named(planned, 'name');
  const clusterArn = named(planned, 'cluster');
  const command = new DescribeServicesCommand({ cluster: clusterArn, services: [name], include: ['TAGS'] });
  const answer = await unlessMissing(search.clients.ecs.send(command));
  const [found] = answer?.services ?? [];
  if (found?.status !== 'ACTIVE' || !isOurs(found.tags, search)) return undefined;
  return `${clusterArn.split('/').at(-1)}/${name}`;
};

async function isOurBalancing(arn: string, search: Search): Promise<boolean> {
  const { TagDescriptions } = await search.clients.elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  return isOurs(TagDescriptions?.[0]?.Tags, search);
}

const loadBalancer: Finder = async (planned, search) => {
  const command = new DescribeLoadBalancersCommand({ Names: [named(planned, 'name')] });
  const answer = await unlessMissing(search.clients.elb.send(command));
  const arn = answer?.LoadBalancers?.[0]?.LoadBalancerArn;
  return arn && (await isOurBalancing(arn, search)) ? arn : undefined;
};

const targetGroup: Finder = async (planned, search) => {
  const command = new DescribeTargetGroupsCommand({ Names: [named(planned, 'name')] });
  const answer = await unlessMissing(search.clients.elb.send(command));
  const arn = answer?.TargetGroups?.[0]?.TargetGroupArn;
  return arn && (await isOurBalancing(arn, search)) ? arn : undefined;
};

/** Of a load balancer that is ours. */
const listener: Finder = async (planned, { clients }) => {
  const command = new DescribeListenersCommand({ LoadBalancerArn: named(planned, 'load_balancer_arn') });
  const { Listeners = [] } = await clients.elb.send(command);
  return Listeners.find(({ Port }) => Port === planned.port)?.ListenerArn;
};

/** At its priority, behind a listener that may be somebody else's: so the tags count. */
const listenerRule: Finder = async (planned, search) => {
  const of = { ListenerArn: named(planned, 'listener_arn') };
  for await (const { Rules = [] } of paginateDescribeRules({ client: search.clients.elb }, of)) {
    const arn = Rules.find(({ Priority }) => Priority === String(planned.priority))?.RuleArn;
    if (arn) return (await isOurBalancing(arn, search)) ? arn : undefined;
  }
  return undefined;
};

async function isOurName(arn: string | undefined, search: Search): Promise<boolean> {
  const { Tags } = await search.clients.cloudMap.send(new CloudMapTags({ ResourceARN: arn }));
  return isOurs(Tags, search);
}

const namespace: Finder = async (planned, search) => {
  const name = named(planned, 'name');
  const vpc = named(planned, 'vpc');
  const Filters = [
    { Name: 'TYPE' as const, Values: ['DNS_PRIVATE'] },
    { Name: 'NAME' as const, Values: [name] },
  ];
  const { Namespaces } = await search.clients.cloudMap.send(new ListNamespacesCommand({ Filters }));
  const [found] = Namespaces ?? [];
  return found && (await isOurName(found.Arn, search)) ? `${found.Id}:${vpc}` : undefined;
};

const discovery: Finder = async (planned, search) => {
  const [dns] = (planned.dns_config ?? []) as readonly Readonly<Record<string, unknown>>[];
  const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [named(dns ?? {}, 'namespace_id')] }];
  for await (const { Services } of paginateListServices({ client: search.clients.cloudMap }, { Filters })) {
    const found = Services?.find(({ Name }) => Name === planned.name);
    if (found) return (await isOurName(found.Arn, search)) ? found.Id : undefined;
  }
  return undefined;
};

/** The newest revision. One that no state knows was registered by a deploy that did not learn of it. */
const taskDefinition: Finder = async (planned, search) => {
  const taskDefinition = named(planned, 'family');
  const command = new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] });
  const found = await search.clients.ecs.send(command).catch((error: Error) => {
    // ECS has no error of its own for a family without an active revision.
    if (error.name === 'ClientException') return undefined;
    throw error;
  });
  return isOurs(found?.tags, search) ? found?.taskDefinition?.taskDefinitionArn : undefined;
};

export const serviceFinders: Readonly<Record<string, Finder>> = {
  aws_cloudwatch_log_group: logGroup,
  aws_ecs_cluster: cluster,
  aws_ecs_service: service,
  aws_ecs_task_definition: taskDefinition,
  aws_iam_role: role,
  aws_lb: loadBalancer,
  aws_lb_listener: listener,
  aws_lb_listener_rule: listenerRule,
  aws_lb_target_group: targetGroup,
  aws_service_discovery_private_dns_namespace: namespace,
  aws_service_discovery_service: discovery,
};
