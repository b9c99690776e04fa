import { DescribeSubnetsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeListenerCertificatesCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeSSLPoliciesCommand,
  type ElasticLoadBalancingV2Client,
  type Listener as ListenerDescription,
  type LoadBalancer,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import ipaddr from 'ipaddr.js';
import { Problems } from './problems';
import { readAction, readRule } from './read-rules';
import { readTargetGroups } from './read-target-groups';
import type { BalancerState, Listener, ListenerTls, LoadBalancerFacts, Rule } from './state';

export interface BalancerClients {
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
}

const attempts = 3;

/**
 * What Elastic Load Balancing says at this moment. The sandbox carries one load balancer: the oldest with listeners.
 * When something goes away between two questions, as it does during a deployment, all of it is asked again.
 */
export async function readBalancer(clients: BalancerClients): Promise<BalancerState> {
  for (let attempt = 1; ; attempt++)
    try {
      return await readOnce(clients);
    } catch (error) {
      if (!/NotFound/.test((error as Error).name) || attempt === attempts) throw error;
    }
}

async function readOnce(clients: BalancerClients): Promise<BalancerState> {
  const problems = new Problems();
  const [candidates, targetGroups] = await Promise.all([
    loadBalancersWithListeners(clients.elbv2, problems),
    readTargetGroups(clients.elbv2, problems),
  ]);
  const [carried, ...others] = candidates;
  for (const { balancer } of others)
    problems.add(
      `The sandbox carries one load balancer, ${carried?.balancer.LoadBalancerName}; ${balancer.LoadBalancerName} is left out.`,
    );
  if (!carried) return { listeners: [], targetGroups, problems: problems.all };
  const [loadBalancer, listeners] = await Promise.all([
    readFacts(clients, carried.balancer, problems),
    Promise.all(carried.listeners.map((listener) => readListener(clients.elbv2, listener, problems))),
  ]);
  return {
    loadBalancer,
    listeners: listeners.flatMap((listener) => listener ?? []),
    targetGroups,
    problems: problems.all,
  };
}

interface Candidate {
  readonly balancer: LoadBalancer;
  readonly listeners: readonly ListenerDescription[];
}

async function loadBalancersWithListeners(
  elbv2: ElasticLoadBalancingV2Client,
  problems: Problems,
): Promise<Candidate[]> {
  const balancers: LoadBalancer[] = [];
  for await (const page of paginateDescribeLoadBalancers({ client: elbv2 }, {}))
    balancers.push(...(page.LoadBalancers ?? []));
  const applications = balancers.filter((balancer) => {
    if (balancer.Type === 'application') return true;
    problems.add(
      `${balancer.LoadBalancerName} is a ${balancer.Type} load balancer; the sandbox carries application ones.`,
    );
    return false;
  });
  applications.sort((one, other) => Number(one.CreatedTime) - Number(other.CreatedTime));
  const candidates = await Promise.all(
    applications.map(async (balancer) => {
      const listeners: ListenerDescription[] = [];
      const of = { LoadBalancerArn: balancer.LoadBalancerArn };
      for await (const page of paginateDescribeListeners({ client: elbv2 }, of))
        listeners.push(...(page.Listeners ?? []));
      return { balancer, listeners };
    }),
  );
  return candidates.filter(({ listeners }) => listeners.length > 0);
}

const notCarried: Readonly<Record<string, string>> = {
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
};

async function readFacts(
  { elbv2, ec2 }: BalancerClients,
  balancer: LoadBalancer,
  problems: Problems,
): Promise<LoadBalancerFacts> {
  const name = balancer.LoadBalancerName ?? '';
  const { Attributes = [] } = await elbv2.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: balancer.LoadBalancerArn }),
  );
  const attributes = new Map(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
  for (const [key, value] of Object.entries(notCarried))
    if ((attributes.get(key) ?? value) !== value)
      problems.add(`${name}: the sandbox does not carry ${key} = ${attributes.get(key)}.`);
  return {
    arn: balancer.LoadBalancerArn ?? '',
    name,
    idleTimeoutSeconds: Number(attributes.get('idle_timeout.timeout_seconds') ?? 60),
    dropInvalidHeaderFields: attributes.get('routing.http.drop_invalid_header_fields.enabled') === 'true',
    http2: attributes.get('routing.http2.enabled') !== 'false',
    forwardedFor: forwardedFor(attributes.get('routing.http.xff_header_processing.mode')),
    sourceAddress: await readSourceAddress(ec2, balancer, problems),
  };
}

function forwardedFor(mode: string | undefined): LoadBalancerFacts['forwardedFor'] {
  return mode === 'preserve' || mode === 'remove' ? mode : 'append';
}

/** The load balancer's nodes have addresses of its subnets; here its one node has the eleventh of the first subnet. */
async function readSourceAddress(
  ec2: EC2Client,
  balancer: LoadBalancer,
  problems: Problems,
): Promise<string | undefined> {
  const subnetId = balancer.AvailabilityZones?.[0]?.SubnetId;
  if (!subnetId) return undefined;
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
  const cidr = Subnets[0]?.CidrBlock ?? '';
  if (!ipaddr.IPv4.isValidCIDR(cidr)) return undefined;
  const octets = ipaddr.IPv4.networkAddressFromCIDR(cidr).octets;
  const address = [...octets.slice(0, 3), (octets[3] ?? 0) + 10].join('.');
  if (octets[0] === 127) return address;
  problems.add(
    `${balancer.LoadBalancerName}: its subnet ${subnetId} is ${cidr}; only addresses in 127.0.0.0/8 exist on this machine.`,
  );
  return undefined;
}

async function readListener(
  elbv2: ElasticLoadBalancingV2Client,
  listener: ListenerDescription,
  problems: Problems,
): Promise<Listener | undefined> {
  const { ListenerArn: arn = '', Port: port, Protocol: protocol } = listener;
  const where = `The listener on port ${port}`;
  if (port !== 443 && port !== 80)
    return problems.add(`${where} is left out: the sandbox has a port for 443 and one for 80.`);
  if (protocol !== 'HTTPS' && protocol !== 'HTTP')
    return problems.add(`${where} speaks ${protocol}: it is left out.`);
  const defaultAction = readAction(listener.DefaultActions, `${where}, default action`, problems);
  const rules: Rule[] = [];
  for await (const page of paginateDescribeRules({ client: elbv2 }, { ListenerArn: arn }))
    for (const rule of page.Rules ?? []) {
      const read = rule.IsDefault ? undefined : readRule(rule, where, problems);
      if (read) rules.push(read);
    }
  rules.sort((one, other) => one.priority - other.priority);
  const tls = protocol === 'HTTPS' ? await readTls(elbv2, listener, where, problems) : undefined;
  return { arn, port, protocol, tls, rules, defaultAction };
}

async function readTls(
  elbv2: ElasticLoadBalancingV2Client,
  listener: ListenerDescription,
  where: string,
  problems: Problems,
): Promise<ListenerTls> {
  const policyName = listener.SslPolicy ?? 'ELBSecurityPolicy-2016-08';
  const [{ Certificates = [] }, { SslPolicies = [] }] = await Promise.all([
    elbv2.send(new DescribeListenerCertificatesCommand({ ListenerArn: listener.ListenerArn })),
    elbv2.send(new DescribeSSLPoliciesCommand({ Names: [policyName] })),
  ]);
  const own = (listener.Certificates ?? []).map(({ CertificateArn }) => CertificateArn ?? '');
  const all = new Set([...own, ...Certificates.map(({ CertificateArn }) => CertificateArn ?? '')]);
  const policy = SslPolicies[0];
  if (!policy)
    problems.add(
      `${where}: the emulator does not know the security policy ${policyName}; TLS 1.2 and up is used.`,
    );
  return {
    certificateArns: [...all].filter((arn) => arn !== ''),
    policy: {
      name: policyName,
      protocols: policy?.SslProtocols ?? ['TLSv1.2', 'TLSv1.3'],
      ciphers: (policy?.Ciphers ?? []).flatMap(({ Name }) => Name ?? []),
    },
  };
}
