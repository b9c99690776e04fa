/** All engines use what exists alike, and make none of it. Does not prove that AWS lets them. */
import { adoptedAt } from '../support/variants';
import { engines, FIRST, names, others } from './engines';
import { compare } from './suite';

const cases = (['load-balanced', 'gateway'] as const).map((stage) => ({
  name: stage,
  blueprint: adoptedAt(stage),
}));

/** What is written in another way and says the same: a cluster by name, or found in its ARN when it is applied. */
const SAME = [
  / Cluster: "arn:\S+:cluster\/own" with cdktf, "own" here$/,
  / ResourceId: "service\/⟨element\(split\(.*⟩\/(«.*»)" with cdktf, "service\/own\/\1" here$/,
];
/** What is listed where the load balancer is the environment's own: CloudFormation tags no rules, and waits for scaling. */
const LISTED = [
  / Tags: .* with cdktf, nothing here$/,
  /^only with aws-cdk .* waits for \S+\/Scaling(Policy|Target)$/,
];

test.each(others.flatMap((other) => cases.map((one) => ({ other, ...one }))))(
  '$other provisions what the first engine does, at stage $name',
  async ({ other, blueprint }) => {
    const { unmeant } = compare(await engines[FIRST](blueprint), await engines[other](blueprint), other);
    const allowed = [...SAME, ...LISTED];
    expect(unmeant.filter((line) => !allowed.some((one) => one.test(line)))).toEqual([]);
  },
);

const ADOPTED = [
  'AWS::CertificateManager::Certificate',
  'AWS::Cognito::UserPool',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::ECS::Cluster',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::Route53::RecordSet',
  'AWS::ServiceDiscovery::PrivateDnsNamespace',
];

test.each(names)('where all is adopted, %s makes nothing of these kinds', async (engine) => {
  for (const { blueprint } of cases) {
    const { resources } = await engines[engine](blueprint);
    const kinds = new Set([...resources.values()].map(({ kind }) => kind));
    expect(kinds).toContain('AWS::ECS::Service');
    expect(ADOPTED.filter((kind) => kinds.has(kind))).toEqual([]);
  }
});
