/** Nothing is open that should be closed. Shows what CloudFormation is told, not what AWS makes of it. */
import type { Blueprint, SecurityGroup } from '../../constructs/blueprint/blueprint';
import {
  environmentAt,
  everyEnvironment,
  type Settings,
  type Synthesized,
  stages,
  synthesized,
  synthesizedAt,
} from './support/aws-cdk-template';

/** `8080 from <group or block>` of each group, by the groups' physical names. */
function open(stack: Synthesized): Record<string, string[]> {
  const nameOf = (reference: Settings): string => {
    const [logicalId] = reference['Fn::GetAtt'];
    return stack.resources[logicalId]?.Properties.GroupName;
  };
  const rules: Record<string, string[]> = {};
  for (const { GroupName } of Object.values(stack.all('AWS::EC2::SecurityGroup'))) rules[GroupName] = [];
  for (const rule of Object.values(stack.all('AWS::EC2::SecurityGroupIngress'))) {
    expect(rule.IpProtocol).toBe('tcp');
    expect(rule.ToPort).toBe(rule.FromPort);
    const from = rule.CidrIp ?? nameOf(rule.SourceSecurityGroupId);
    rules[nameOf(rule.GroupId)]?.push(`${rule.FromPort} from ${from}`);
  }
  return Object.fromEntries(Object.entries(rules).map(([name, each]) => [name, each.toSorted()]));
}

/** The same, as the blueprint says. */
function meant({ services, loadBalancer, gateway }: Blueprint): Record<string, string[]> {
  const all: SecurityGroup[] = [
    ...(loadBalancer ? [loadBalancer.securityGroup] : []),
    ...[...services, ...(gateway?.members ?? [])].map((service) => service.securityGroup),
  ];
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const from = (peer: SecurityGroup['ingress'][number]['from']) =>
    'cidr' in peer ? peer.cidr : names.get(peer.group);
  return Object.fromEntries(
    all.map(({ name, ingress }) => [
      name,
      ingress.map((rule) => `${rule.port} from ${from(rule.from)}`).toSorted(),
    ]),
  );
}

describe('security groups', () => {
  test('stage api: the APIs are reached directly, on their port alone', () => {
    expect(open(synthesizedAt('api'))).toEqual({
      'shop-orders': ['8080 from 0.0.0.0/0'],
      'shop-reports': ['8080 from 0.0.0.0/0'],
    });
  });

  test('stage load-balanced: the world reaches the load balancer, the load balancer the APIs', () => {
    expect(open(synthesizedAt('load-balanced'))).toEqual({
      'shop-alb': ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
      'shop-orders': ['8080 from shop-alb'],
      'shop-reports': ['8080 from shop-alb'],
    });
  });

  test('stage gateway: the load balancer reaches the gateways, the gateways each other and the APIs', () => {
    expect(open(synthesizedAt('gateway'))).toEqual({
      'shop-alb': ['443 from 0.0.0.0/0', '80 from 0.0.0.0/0'],
      'shop-gateway': ['10000 from shop-gateway', '8080 from shop-alb', '9000 from shop-alb'],
      'shop-orders': ['8080 from shop-gateway'],
      'shop-reports': ['8080 from shop-gateway'],
    });
  });

  test.each(everyEnvironment)('%s at stage %s: exactly what the blueprint says', (name, stage) => {
    const blueprint = environmentAt(name, stage);
    expect(open(synthesized(blueprint))).toEqual(meant(blueprint));
  });

  test('no group lets in by a rule inside it: CDK adds those where it opens by itself', () => {
    for (const [name, stage] of everyEnvironment) {
      const groups = synthesized(environmentAt(name, stage)).all('AWS::EC2::SecurityGroup');
      for (const group of Object.values(groups)) {
        expect(group.SecurityGroupIngress).toBeUndefined();
        expect(group.SecurityGroupEgress).toEqual([
          { CidrIp: '0.0.0.0/0', Description: 'Allow all outbound traffic by default', IpProtocol: '-1' },
        ]);
      }
    }
  });

  test('tasks have a public address only where they are reached directly', () => {
    const addresses = stages.map((stage) =>
      Object.values(synthesizedAt(stage).all('AWS::ECS::Service')).map(
        (service) => service.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp,
      ),
    );
    expect(addresses).toEqual([
      ['ENABLED', 'ENABLED'],
      ['DISABLED', 'DISABLED'],
      ['DISABLED', 'DISABLED', 'DISABLED', 'DISABLED'],
    ]);
    for (const subnet of Object.values(synthesizedAt('gateway').all('AWS::EC2::Subnet'))) {
      expect(subnet.MapPublicIpOnLaunch).toBe(false);
    }
  });
});

describe('the load balancer', () => {
  test.each(['load-balanced', 'gateway'] as const)('at stage %s', (stage) => {
    const stack = synthesizedAt(stage);
    expect(stack.one('LoadBalancer')).toMatchObject({
      Name: 'shop-alb',
      Type: 'application',
      Scheme: 'internet-facing',
      LoadBalancerAttributes: [
        { Key: 'deletion_protection.enabled', Value: 'false' },
        { Key: 'idle_timeout.timeout_seconds', Value: '60' },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'routing.http.desync_mitigation_mode', Value: 'defensive' },
      ],
    });
    expect(stack.one('LoadBalancerHttps')).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      Certificates: [
        { CertificateArn: { Ref: expect.stringMatching(/^LoadBalancerCertificate[0-9A-F]{8}$/) } },
      ],
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: {
            StatusCode: '404',
            ContentType: 'application/json',
            MessageBody: '{"error":"no_route"}',
          },
        },
      ],
    });
    expect(stack.one('LoadBalancerHttp')).toMatchObject({
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [
        { Type: 'redirect', RedirectConfig: { Port: '443', Protocol: 'HTTPS', StatusCode: 'HTTP_301' } },
      ],
    });
  });

  test('proves each name of its certificate in the zone, without looking the zone up', () => {
    expect(synthesizedAt('load-balanced').one('LoadBalancerCertificate')).toMatchObject({
      DomainName: 'api.shop.example',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'api.shop.example', HostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
    });
  });

  test('is what the host name of the environment leads to', () => {
    expect(synthesizedAt('load-balanced').one('LoadBalancerRecordsapishopexample')).toMatchObject({
      Name: 'api.shop.example.',
      Type: 'A',
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
      AliasTarget: { EvaluateTargetHealth: false },
    });
  });
});

describe('IAM', () => {
  const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
  const statements = (stack: Synthesized): Settings[] =>
    Object.values(stack.all('AWS::IAM::Role')).flatMap(({ Policies = [] }) =>
      Policies.flatMap(({ PolicyDocument }: Settings) => PolicyDocument.Statement),
    );

  test('no action has a star; a resource is a star only for what has no narrower one', () => {
    for (const [name, stage] of everyEnvironment) {
      for (const { Effect, Action, Resource } of statements(synthesized(environmentAt(name, stage)))) {
        expect(Effect).toBe('Allow');
        expect(listed(Action).filter((action) => String(action).includes('*'))).toEqual([]);
        // AWS: "GetAuthorizationToken does not support resource-level permissions".
        if (listed(Resource).includes('*')) expect(listed(Action)).toEqual(['ecr:GetAuthorizationToken']);
      }
    }
  });

  test('CDK adds no policy of its own', () => {
    for (const [name, stage] of everyEnvironment) {
      const { counts } = synthesized(environmentAt(name, stage));
      expect(Object.keys(counts).filter((type) => /^AWS::IAM::(?!Role$)/.test(type))).toEqual([]);
    }
  });

  test('a role is assumed by ECS tasks alone', () => {
    for (const role of Object.values(synthesizedAt('gateway').all('AWS::IAM::Role'))) {
      expect(role.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' } },
      ]);
    }
  });

  test('a task that may do nothing has a role and no policy', () => {
    const withPolicy = Object.entries(synthesizedAt('gateway').all('AWS::IAM::Role'))
      .filter(([, { Policies }]) => Policies.length > 0)
      .map(([name]) => name);
    expect(withPolicy).toEqual([
      'GatewaygatewayaExecutionRole',
      'GatewaygatewaybExecutionRole',
      'ordersExecutionRole',
      'reportsExecutionRole',
    ]);
  });

  test('logs are written to the own group, the secret is read by the gateways alone', () => {
    const stack = synthesizedAt('gateway');
    const of = (role: string): Settings[] => stack.one(role).Policies[0].PolicyDocument.Statement;
    expect(of('GatewaygatewayaExecutionRole').map(({ Sid }) => Sid)).toEqual([
      'LogIn',
      'WriteLogs',
      'ReadConsumers',
    ]);
    const group = [':log-group:', { Ref: expect.stringMatching(/^GatewaygatewayaLogsGroup/) }];
    expect(of('GatewaygatewayaExecutionRole')[1]?.Resource).toEqual([
      { 'Fn::Join': ['', expect.arrayContaining(group)] },
      { 'Fn::Join': ['', expect.arrayContaining([...group, ':*'])] },
    ]);
    expect(of('GatewaygatewayaExecutionRole')[2]).toEqual({
      Sid: 'ReadConsumers',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: { Ref: expect.stringMatching(/^GatewayConsumersSecret/) },
    });
    expect(of('ordersExecutionRole').map(({ Sid }) => Sid)).toEqual(['LogIn', 'WriteLogs']);
  });
});

describe("the consumers' secret", () => {
  test('begins with a text that holds no key', () => {
    expect(synthesizedAt('gateway').one('GatewayConsumersSecret')).toMatchObject({
      Name: 'shop/consumers',
      SecretString: '# no keys yet',
    });
    expect(synthesizedAt('gateway').whole('GatewayConsumersSecret').DeletionPolicy).toBe('Delete');
  });

  test('begins with the same text for ever: another one would be written over the keys', () => {
    for (const stage of stages) {
      const secret = synthesized(environmentAt('sandbox', stage)).one('GatewayConsumersSecret');
      expect(secret.SecretString).toBe('# SHA-256 of each key, and the consumer that it belongs to.\n');
      expect(secret.GenerateSecretString).toBeUndefined();
    }
  });

  test('is read by the tasks by its ARN when they start', () => {
    const [container] = synthesizedAt('gateway').one('GatewaygatewayaTaskDefinition').ContainerDefinitions;
    expect(container.Secrets).toEqual([
      { Name: 'CONSUMERS', ValueFrom: { Ref: expect.stringMatching(/^GatewayConsumersSecret/) } },
    ]);
  });
});
