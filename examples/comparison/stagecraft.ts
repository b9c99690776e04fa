/** Two APIs behind a pair of gateways, in a VPC that exists: with stagecraft. */
import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { GatewayStage } from 'stagecraft/aws-cdk';

export class WithStagecraft extends Stack {
  constructor(scope: Construct, id: string, vpcAttributes: ec2.VpcAttributes) {
    super(scope, id, { env: { region: 'eu-central-1' } });
    new GatewayStage(this, 'Shop', {
      name: 'shop',
      vpc: ec2.Vpc.fromVpcAttributes(this, 'Vpc', vpcAttributes),
      domain: {
        name: 'api.shop.example',
        hostedZone: { id: 'Z0123456789SHOP', name: 'shop.example' },
      },
      apis: {
        orders: {
          image: 'registry.example/orders:1',
          paths: ['/orders'],
          policies: {
            authentication: { apiKey: {} },
            rateLimit: { requests: 100, perSeconds: 60 },
          },
        },
        catalog: { image: 'registry.example/catalog:1', paths: ['/catalog'] },
      },
      consumers: { acme: {} },
    });
  }
}
