/** The stages, said in the environment file's words: what they make is what a file makes, and all at once is wrong what is. */
import * as pulumi from '@pulumi/pulumi';
import { Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { TerraformVariable } from 'cdktf';
import { GatewayStage as CdkStage } from '../../constructs/aws-cdk/stages';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import { GatewayStage } from '../../constructs/cdktf/stages';
import { environmentOutputs } from '../../constructs/graph/outputs';
import { GatewayStage as PulumiGateways, ApiStage as PulumiStage } from '../../constructs/pulumi/stages';
import { newApp } from './support/aws-cdk-template';
import { run } from './support/pulumi-program';
import { synthesizedIn } from './support/terraform-json';

const words = {
  name: 'shop',
  region: 'eu-central-1',
  domain: { name: 'api.shop.example', hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' } },
  apis: { orders: { image: 'orders:1', paths: ['/orders'], policies: { authentication: { apiKey: {} } } } },
  consumers: { acme: {} },
};
const blueprint = resolve(parseEnvironment(JSON.stringify({ ...words, stage: 'gateway' }), 'shop.yaml'));

test('with CDKTF, words make what a file makes', () => {
  const said = synthesizedIn((scope) => new GatewayStage(scope, 'Shop', words));
  const read = synthesizedIn((scope) => new GatewayStage(scope, 'Shop', { blueprint }));
  expect(said.configuration).toEqual(read.configuration);
});

test('with AWS CDK, words make what a file makes', () => {
  const template = (props: ConstructorParameters<typeof CdkStage>[2]) => {
    const stack = new Stack(newApp(), 'own', { env: { region: 'eu-central-1' } });
    new CdkStage(stack, 'Shop', props);
    return Template.fromStack(stack).toJSON();
  };
  expect(template(words)).toEqual(template({ blueprint }));
});

test('with AWS CDK, a VPC and a cluster of the same app are used as they are', () => {
  const stack = new Stack(newApp(), 'own', { env: { region: 'eu-central-1' } });
  const vpc = new ec2.Vpc(stack, 'vpc', { maxAzs: 2 });
  const cluster = new ecs.Cluster(stack, 'cluster', { vpc });
  const stage = new CdkStage(stack, 'Shop', { ...words, vpc, cluster });
  expect(stage.cluster).toBeUndefined();
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::VPC', 1);
  template.resourceCountIs('AWS::ECS::Cluster', 1);
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
  template.resourceCountIs('AWS::ECS::Service', 3);
  const cluster1 = stack.getLogicalId(cluster.node.defaultChild as ecs.CfnCluster);
  for (const { Properties } of Object.values(template.findResources('AWS::ECS::Service')))
    expect(Properties.Cluster).toEqual({ Ref: cluster1 });
});

test('with CDKTF, a cluster that is known later is used as it is', () => {
  const stack = synthesizedIn((scope) => {
    const { stringValue: arn } = new TerraformVariable(scope, 'cluster', { type: 'string' });
    new GatewayStage(scope, 'Shop', { ...words, cluster: { arn } });
  });
  expect(stack.counts.aws_ecs_cluster).toBeUndefined();
  expect(Object.values(stack.all('aws_ecs_service')).map(({ cluster }) => cluster)).toEqual(
    Array(3).fill(`\${var.cluster}`),
  );
});

test('with Pulumi, inputs stand where ids and ARNs do', async () => {
  const { resources } = await run(() => {
    new PulumiStage('shop', {
      name: 'shop',
      region: 'eu-central-1',
      network: {
        vpc: pulumi.output('vpc-later'),
        cidr: '10.0.0.0/16',
        publicSubnets: { a: pulumi.output('subnet-later') },
      },
      cluster: { arn: pulumi.output('arn:aws:ecs:eu-central-1:123456789012:cluster/own') },
      apis: { orders: { image: 'orders:1' } },
    });
    return {};
  });
  const [service] = resources.filter(({ type }) => type === 'aws:ecs/service:Service');
  expect(service?.inputs.cluster).toBe('arn:aws:ecs:eu-central-1:123456789012:cluster/own');
  expect(Object.values(service?.inputs.networkConfiguration.subnets)).toEqual(['subnet-later']);
  expect(
    resources.filter(({ type }) => type === 'aws:ec2/vpc:Vpc' || type === 'aws:ecs/cluster:Cluster'),
  ).toEqual([]);
  expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain('000000000000');
});

describe('no stand-in is left in what is made, nor in what a stage shows', () => {
  const STAND_IN = /(?:vpc|subnet|sg|ns|later)-[0-9a-f]{17}|Z[0-9A-F]{17}|\b[0-9a-f]{17}\b|000000000000/;
  const told = (later: (name: string) => string) => ({
    ...words,
    account: '123456789012',
    domain: {
      name: 'api.shop.example',
      certificateArn: later('certificate'),
      hostedZone: { id: later('zone'), name: 'shop.example' },
    },
    network: {
      vpc: later('vpc'),
      cidr: '10.0.0.0/16',
      publicSubnets: { a: later('publicA'), b: later('publicB') },
      privateSubnets: { a: later('privateA'), b: later('privateB') },
    },
    apis: { orders: { ...words.apis.orders, environment: { TABLE: later('table') } } },
  });

  test('with CDKTF', () => {
    const stack = synthesizedIn((scope) => {
      const later = (name: string) => new TerraformVariable(scope, name, { type: 'string' }).stringValue;
      const own = { ...told(later), cluster: { arn: later('cluster') } };
      const stage = new GatewayStage(scope, 'Shop', own);
      const { network, loadBalancer, settings } = stage;
      expect(network.vpcId).toBe(own.network.vpc);
      expect(network.zones).toEqual(['a', 'b']);
      expect(network.subnetIds('private', ['b'])).toEqual([own.network.privateSubnets.b]);
      expect(loadBalancer.certificate.arn).toBe(own.domain.certificateArn);
      expect(JSON.stringify(settings)).not.toMatch(STAND_IN);
      expect(JSON.stringify(Object.values(stage.services).map((one) => one.settings))).not.toMatch(STAND_IN);
      const zones = environmentOutputs(stage.noun).find(({ name }) => name === 'hosted_zones');
      expect(stage.engineValue(zones?.value)).toEqual([own.domain.hostedZone.id]);
    });
    expect(JSON.stringify(stack.configuration)).not.toMatch(STAND_IN);
  });

  test('with AWS CDK', () => {
    const stack = new Stack(newApp(), 'own', { env: { region: 'eu-central-1' } });
    const vpc = new ec2.Vpc(stack, 'vpc', { maxAzs: 2 });
    const cluster = new ecs.Cluster(stack, 'cluster', { vpc });
    const stage = new CdkStage(stack, 'Shop', { ...told(Fn.importValue), cluster });
    const resolved = (value: unknown) => stack.resolve(value);
    expect(resolved(stage.network.vpc.vpcId)).toEqual({ 'Fn::ImportValue': 'vpc' });
    expect(resolved(stage.loadBalancer.certificate.certificateArn)).toEqual({
      'Fn::ImportValue': 'certificate',
    });
    expect(resolved(stage.settings.cluster.arn)).toEqual({
      'Fn::GetAtt': [stack.getLogicalId(cluster.node.defaultChild as ecs.CfnCluster), 'Arn'],
    });
    expect(JSON.stringify(resolved(stage.settings))).not.toMatch(STAND_IN);
    const template = Template.fromStack(stack);
    expect(JSON.stringify(template.toJSON())).not.toMatch(STAND_IN);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Certificates: [{ CertificateArn: { 'Fn::ImportValue': 'certificate' } }],
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      HostedZoneId: { 'Fn::ImportValue': 'zone' },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: { 'Fn::ImportValue': 'vpc' } });
  });

  test('with Pulumi', async () => {
    const { resources, result } = await run(() => {
      const later = (name: string) => pulumi.output(`own ${name}`) as unknown as string;
      const stage = new PulumiGateways('shop', { ...told(later), cluster: { arn: later('cluster/own') } });
      const { network, loadBalancer, settings } = stage;
      return pulumi.output([
        network.vpcId,
        network.subnetIds('private', ['b']),
        loadBalancer.certificate.arn,
        settings.network,
        settings.cluster,
      ]);
    });
    const shown = await new Promise((resolve) => result.apply(resolve));
    expect(shown).toMatchObject(['own vpc', ['own privateB'], 'own certificate', { vpcId: 'own vpc' }, {}]);
    expect(JSON.stringify(shown)).not.toMatch(STAND_IN);
    const [stage] = resources.filter(({ type }) => type === 'stagecraft:index:Stage');
    expect(stage?.outputs?.hosted_zones).toEqual(['own zone']);
    expect(JSON.stringify(resources)).not.toMatch(STAND_IN);
  });
});

test('what is wrong is told with the construct and the property', () => {
  const refused = { ...words, apis: { orders: { ...words.apis.orders, pahts: ['/'] } }, region: 'eu' };
  expect(() => synthesizedIn((scope) => new GatewayStage(scope, 'Shop', refused))).toThrow(
    /own\/Shop {2}WRONG_FORM {2}region.*own\/Shop {2}UNKNOWN_KEY {2}apis\.orders\.pahts/s,
  );
});
