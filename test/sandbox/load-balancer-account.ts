import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  type Action,
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { clientOptions } from './load-balancer-moto';

/** The emulated account, and what a test puts into it. */
export class LoadBalancerAccount {
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
  private readonly acm: ACMClient;
  vpcId = '';
  loadBalancerArn = '';
  httpsArn = '';
  apiArn = '';
  gatewayArn = '';
  certificateArns: string[] = [];

  constructor(port: number) {
    this.elbv2 = new ElasticLoadBalancingV2Client(clientOptions(port));
    this.ec2 = new EC2Client(clientOptions(port));
    this.acm = new ACMClient(clientOptions(port));
  }

  /** A load balancer with an HTTPS and an HTTP listener, two target groups, and another load balancer without listeners. */
  async provision(): Promise<void> {
    const { Vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: '127.20.0.0/16' }));
    this.vpcId = Vpc?.VpcId ?? '';
    const subnets = [await this.subnet('127.20.0.0/20'), await this.subnet('127.20.16.0/20')];
    await this.loadBalancer('empty', subnets);
    this.loadBalancerArn = await this.loadBalancer('main', subnets);
    this.apiArn = await this.targetGroup('api', {
      HealthCheckPath: '/healthz',
      HealthCheckPort: '9000',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 4,
      HealthyThresholdCount: 3,
      UnhealthyThresholdCount: 4,
      Matcher: { HttpCode: '200-299' },
    });
    this.gatewayArn = await this.targetGroup('gateway');
    this.certificateArns = [
      await this.certificate('api.example.com'),
      await this.certificate('www.example.com'),
    ];
    const { Listeners = [] } = await this.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: this.loadBalancerArn,
        Port: 443,
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        Certificates: [{ CertificateArn: this.certificateArns[0] }],
        DefaultActions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: {
              StatusCode: '404',
              ContentType: 'application/json',
              MessageBody: '{"error":"no"}',
            },
          },
        ],
      }),
    );
    this.httpsArn = Listeners[0]?.ListenerArn ?? '';
    await this.elbv2.send(
      new AddListenerCertificatesCommand({
        ListenerArn: this.httpsArn,
        Certificates: [{ CertificateArn: this.certificateArns[1] }],
      }),
    );
    await this.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: this.loadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [
          { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
        ],
      }),
    );
  }

  /** A little of everything that the sandbox does not carry. */
  async provisionWhatIsLeftOut(): Promise<void> {
    await this.targetGroup('machines', { TargetType: 'instance' });
    await this.targetGroup('grpc', { ProtocolVersion: 'GRPC' });
    await this.elbv2.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: this.gatewayArn,
        Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
      }),
    );
    await this.loadBalancer('raw', [await this.subnet('127.20.32.0/20')], 'network');
    const second = await this.loadBalancer('second', [
      await this.subnet('127.20.48.0/20'),
      await this.subnet('127.20.64.0/20'),
    ]);
    await this.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: second,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: this.apiArn }],
      }),
    );
    await this.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: this.loadBalancerArn,
        Port: 8443,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: this.apiArn }],
      }),
    );
    await this.rule(
      1,
      [
        {
          Type: 'authenticate-oidc',
          Order: 1,
          AuthenticateOidcConfig: {
            Issuer: 'https://issuer.example.com',
            AuthorizationEndpoint: 'https://issuer.example.com/a',
            TokenEndpoint: 'https://issuer.example.com/t',
            UserInfoEndpoint: 'https://issuer.example.com/u',
            ClientId: 'id',
            ClientSecret: 'secret',
          },
        },
        { Type: 'forward', Order: 2, TargetGroupArn: this.apiArn },
      ],
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/private'] } },
    );
  }

  async targetGroup(name: string, more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
    const { TargetGroups = [] } = await this.elbv2.send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: this.vpcId,
        TargetType: 'ip',
        ...more,
      }),
    );
    return TargetGroups[0]?.TargetGroupArn ?? '';
  }

  async loadBalancer(name: string, subnets: string[], type?: 'network'): Promise<string> {
    const { LoadBalancers = [] } = await this.elbv2.send(
      new CreateLoadBalancerCommand({ Name: name, Subnets: subnets, Type: type }),
    );
    return LoadBalancers[0]?.LoadBalancerArn ?? '';
  }

  async subnet(cidr: string): Promise<string> {
    const { Subnet } = await this.ec2.send(new CreateSubnetCommand({ VpcId: this.vpcId, CidrBlock: cidr }));
    return Subnet?.SubnetId ?? '';
  }

  async certificate(name: string): Promise<string> {
    const { CertificateArn = '' } = await this.acm.send(new RequestCertificateCommand({ DomainName: name }));
    return CertificateArn;
  }

  async rule(priority: number, actions: Action[], ...conditions: RuleCondition[]): Promise<void> {
    await this.elbv2.send(
      new CreateRuleCommand({
        ListenerArn: this.httpsArn,
        Priority: priority,
        Actions: actions,
        Conditions: conditions,
      }),
    );
  }
}
