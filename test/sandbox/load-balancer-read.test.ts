import {
  type Action,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { readBalancer } from '../../sandbox/load-balancer/read';
import { LoadBalancerAccount } from './load-balancer-account';
import { startMoto } from './load-balancer-moto';

const account = new LoadBalancerAccount(5950);
const { elbv2, ec2 } = account;
const clients = { elbv2, ec2 };
let stopMoto = async () => {};

beforeAll(async () => {
  stopMoto = await startMoto(5950);
  await account.provision();
}, 40_000);

afterAll(() => stopMoto());

it('reads the load balancer that has listeners, and where it stands', async () => {
  const { loadBalancer, problems } = await readBalancer(clients);
  expect(loadBalancer).toEqual({
    arn: account.loadBalancerArn,
    name: 'main',
    idleTimeoutSeconds: 60,
    dropInvalidHeaderFields: false,
    http2: true,
    forwardedFor: 'append',
    sourceAddress: '127.20.0.10',
  });
  expect(problems).toEqual([]);
});

it('reads its attributes', async () => {
  const attributes = {
    'idle_timeout.timeout_seconds': '30',
    'routing.http.drop_invalid_header_fields.enabled': 'true',
    'routing.http2.enabled': 'false',
    'routing.http.xff_header_processing.mode': 'preserve',
    'routing.http.xff_client_port.enabled': 'true',
  };
  await elbv2.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: account.loadBalancerArn,
      Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  const { loadBalancer, problems } = await readBalancer(clients);
  expect(loadBalancer).toMatchObject({
    idleTimeoutSeconds: 30,
    dropInvalidHeaderFields: true,
    http2: false,
    forwardedFor: 'preserve',
  });
  expect(problems).toEqual(['main: the sandbox does not carry routing.http.xff_client_port.enabled = true.']);
  await elbv2.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: account.loadBalancerArn,
      Attributes: [{ Key: 'routing.http.xff_client_port.enabled', Value: 'false' }],
    }),
  );
});

it('reads listeners, certificates and the security policy', async () => {
  const { listeners } = await readBalancer(clients);
  const https = listeners.find(({ port }) => port === 443);
  expect(https).toMatchObject({
    arn: account.httpsArn,
    protocol: 'HTTPS',
    defaultAction: {
      type: 'fixed-response',
      status: 404,
      contentType: 'application/json',
      body: '{"error":"no"}',
    },
  });
  expect(https?.tls?.certificateArns).toEqual(account.certificateArns);
  expect(https?.tls?.policy.name).toBe('ELBSecurityPolicy-TLS13-1-2-2021-06');
  expect([...(https?.tls?.policy.protocols ?? [])].sort()).toEqual(['TLSv1.2', 'TLSv1.3']);
  expect(https?.tls?.policy.ciphers).toContain('ECDHE-ECDSA-AES128-GCM-SHA256');
  expect(listeners.find(({ port }) => port === 80)).toMatchObject({
    protocol: 'HTTP',
    rules: [],
    defaultAction: {
      type: 'redirect',
      status: 301,
      protocol: 'HTTPS',
      port: '443',
      host: '#{host}',
      path: '/#{path}',
      query: '#{query}',
    },
  });
});

it('reads rules of every kind, by ascending priority', async () => {
  const forwardOne: Action[] = [{ Type: 'forward', TargetGroupArn: account.apiArn }];
  const forwardTwo: Action[] = [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: account.apiArn, Weight: 90 },
          { TargetGroupArn: account.gatewayArn, Weight: 0 },
        ],
      },
    },
  ];
  await account.rule(30, forwardOne, {
    Field: 'path-pattern',
    PathPatternConfig: { Values: ['/orders', '/orders/*'] },
  });
  await account.rule(
    5,
    forwardTwo,
    { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } },
    { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Attach', Values: ['gateway'] } },
    { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
    { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '1' }, { Value: 'x*' }] } },
    { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
  );
  await account.rule(40, forwardOne, { Field: 'path-pattern', Values: ['/legacy'] });
  const { listeners } = await readBalancer(clients);
  expect(listeners.find(({ port }) => port === 443)?.rules).toEqual([
    {
      priority: 5,
      conditions: [
        { field: 'host-header', values: ['*.example.com'] },
        { field: 'http-header', name: 'X-Attach', values: ['gateway'] },
        { field: 'http-request-method', values: ['GET'] },
        {
          field: 'query-string',
          values: [
            { key: 'v', value: '1' },
            { key: undefined, value: 'x*' },
          ],
        },
        { field: 'source-ip', values: ['10.0.0.0/8'] },
      ],
      action: {
        type: 'forward',
        targetGroups: [
          { arn: account.apiArn, weight: 90 },
          { arn: account.gatewayArn, weight: 0 },
        ],
      },
    },
    {
      priority: 30,
      conditions: [{ field: 'path-pattern', values: ['/orders', '/orders/*'] }],
      action: { type: 'forward', targetGroups: [{ arn: account.apiArn, weight: 1 }] },
    },
    {
      priority: 40,
      conditions: [{ field: 'path-pattern', values: ['/legacy'] }],
      action: { type: 'forward', targetGroups: [{ arn: account.apiArn, weight: 1 }] },
    },
  ]);
});

it('reads all rules of a listener that has more than a page of them', async () => {
  for (let index = 0; index < 60; index++)
    await account.rule(100 + index, [{ Type: 'forward', TargetGroupArn: account.apiArn }], {
      Field: 'path-pattern',
      PathPatternConfig: { Values: [`/many-${index}`] },
    });
  const { listeners } = await readBalancer(clients);
  expect(listeners.find(({ port }) => port === 443)?.rules).toHaveLength(63);
});

it('reads target groups and registered targets', async () => {
  await elbv2.send(
    new RegisterTargetsCommand({
      TargetGroupArn: account.apiArn,
      Targets: [{ Id: '127.20.32.5', Port: 8081 }, { Id: '127.20.32.6' }],
    }),
  );
  await elbv2.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: account.apiArn,
      Attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
      ],
    }),
  );
  const { targetGroups } = await readBalancer(clients);
  expect(targetGroups.find(({ arn }) => arn === account.apiArn)).toEqual({
    arn: account.apiArn,
    protocol: 'HTTP',
    algorithm: 'least_outstanding_requests',
    deregistrationDelaySeconds: 30,
    healthCheck: {
      protocol: 'HTTP',
      port: '9000',
      path: '/healthz',
      intervalSeconds: 10,
      timeoutSeconds: 4,
      healthyThreshold: 3,
      unhealthyThreshold: 4,
      matcher: '200-299',
    },
    targets: [
      { address: '127.20.32.5', port: 8081 },
      { address: '127.20.32.6', port: 8080 },
    ],
  });
  expect(targetGroups.find(({ arn }) => arn === account.gatewayArn)).toMatchObject({
    algorithm: 'round_robin',
    deregistrationDelaySeconds: 300,
    targets: [],
    healthCheck: { port: 'traffic-port', matcher: '200', healthyThreshold: 5, unhealthyThreshold: 2 },
  });
});

it('says what it leaves out', async () => {
  await account.provisionWhatIsLeftOut();
  const { listeners, targetGroups, problems } = await readBalancer(clients);
  expect([...problems].sort()).toEqual([
    'Target group gateway: the sandbox does not carry stickiness.enabled = true.',
    'Target group grpc is left out: its protocol version is GRPC.',
    'Target group machines is left out: its target type is instance, not ip.',
    'The listener on port 443, rule 1 answers 501: the sandbox does not carry the action authenticate-oidc.',
    'The listener on port 8443 is left out: the sandbox has a port for 443 and one for 80.',
    'The sandbox carries one load balancer, main; second is left out.',
    'raw is a network load balancer; the sandbox carries application ones.',
  ]);
  expect(listeners.map(({ port }) => port).sort()).toEqual([443, 80]);
  expect(targetGroups.map(({ arn }) => arn).sort()).toEqual([account.apiArn, account.gatewayArn].sort());
});

it('follows a change of the default action', async () => {
  await elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: account.httpsArn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: account.gatewayArn }],
    }),
  );
  const { listeners } = await readBalancer(clients);
  expect(listeners.find(({ port }) => port === 443)?.defaultAction).toEqual({
    type: 'forward',
    targetGroups: [{ arn: account.gatewayArn, weight: 1 }],
  });
});

it('takes the next load balancer when the first is gone, and none when all are', async () => {
  await elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: account.loadBalancerArn }));
  expect((await readBalancer(clients)).loadBalancer?.name).toBe('second');
  const { LoadBalancers = [] } = await elbv2.send(new DescribeLoadBalancersCommand({ Names: ['second'] }));
  await elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn }));
  const { loadBalancer: none, listeners } = await readBalancer(clients);
  expect([none, listeners]).toEqual([undefined, []]);
});

it('reads again when something goes away between two of its questions', async () => {
  const send = elbv2.send.bind(elbv2);
  let refused = 0;
  const spy = jest.spyOn(elbv2, 'send').mockImplementation(((command: object) => {
    if (command.constructor.name !== 'DescribeTargetGroupAttributesCommand' || refused++ > 0)
      return send(command as never);
    return Promise.reject(new TargetGroupNotFoundException({ message: 'gone', $metadata: {} }));
  }) as never);
  expect((await readBalancer(clients)).targetGroups.map(({ arn }) => arn)).toContain(account.apiArn);
  spy.mockRejectedValue(new Error('down') as never);
  await expect(readBalancer(clients)).rejects.toThrow('down');
  spy.mockRestore();
});
