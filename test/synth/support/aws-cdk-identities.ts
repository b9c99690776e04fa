/**
 * Types and logical ids of the blueprints in `blueprints.ts`. They are a contract: another logical id is another resource
 * to CloudFormation, which would make a new one and take the old one away.
 */

/** What stays through all stages. */
export const inAllStages = [
  'AWS::ApplicationAutoScaling::ScalableTarget ordersServiceTaskCountTarget6F1B5923',
  'AWS::ApplicationAutoScaling::ScalingPolicy ordersServiceTaskCountTargetPolicy0D8BC6D3',
  'AWS::EC2::InternetGateway NetworkInternetGatewayD8FF3F66',
  'AWS::EC2::Route NetworkPublicRouteF43B1FF7',
  'AWS::EC2::RouteTable NetworkPublicRoutes63720B20',
  'AWS::EC2::SecurityGroup ordersSecurityGroup246AC13B',
  'AWS::EC2::SecurityGroup reportsSecurityGroupCB7BABE3',
  'AWS::EC2::Subnet NetworkPublicaCDC53BD7',
  'AWS::EC2::Subnet NetworkPublicb4545A3F8',
  'AWS::EC2::SubnetRouteTableAssociation NetworkPublicAssociationa0C85BD2B',
  'AWS::EC2::SubnetRouteTableAssociation NetworkPublicAssociationb32B9944A',
  'AWS::EC2::VPC NetworkVpcFAC8F4A5',
  'AWS::EC2::VPCGatewayAttachment NetworkInternetGatewayAttachment4FEFFDBC',
  'AWS::ECS::Cluster ClusterC2E21B66',
  'AWS::ECS::Service ordersService50A586E0',
  'AWS::ECS::Service reportsService817FEB72',
  'AWS::ECS::TaskDefinition ordersTaskDefinition55090264',
  'AWS::ECS::TaskDefinition reportsTaskDefinitionDC1D0834',
  'AWS::IAM::Role ordersExecutionRole205DC7EF',
  'AWS::IAM::Role ordersTaskRoleB3D5C070',
  'AWS::IAM::Role reportsExecutionRoleC1885AFE',
  'AWS::IAM::Role reportsTaskRole54FD071D',
  'AWS::Logs::LogGroup GatewaygatewayaLogsGroupDCE9F500',
  'AWS::Logs::LogGroup GatewaygatewaybLogsGroupD993DC8B',
  'AWS::Logs::LogGroup ordersLogsGroupEA3FD707',
  'AWS::Logs::LogGroup reportsLogsGroup5CAD22A9',
  'AWS::SecretsManager::Secret GatewayConsumersSecret58E35797',
  'AWS::ServiceDiscovery::PrivateDnsNamespace Namespace0EADFF4F',
  'AWS::ServiceDiscovery::Service ordersDiscoveryEBCE1511',
  'AWS::ServiceDiscovery::Service reportsDiscoveryD9B6AA00',
];

/** What stays from stage `load-balanced` on. */
export const fromLoadBalancedOn = [
  'AWS::CertificateManager::Certificate LoadBalancerCertificateF97D3148',
  'AWS::EC2::EIP NetworkNatAddressaCF38105D',
  'AWS::EC2::NatGateway NetworkNata8895379D',
  'AWS::EC2::Route NetworkPrivateRoutea4AD82A50',
  'AWS::EC2::Route NetworkPrivateRouteb01F38BB1',
  'AWS::EC2::RouteTable NetworkPrivateRoutesa2E4F6554',
  'AWS::EC2::RouteTable NetworkPrivateRoutesbC34C52F3',
  'AWS::EC2::SecurityGroup LoadBalancerSecurityGroup97B0CD54',
  'AWS::EC2::SecurityGroupIngress LoadBalancerSecurityGrouphttp80101E3E4B',
  'AWS::EC2::SecurityGroupIngress LoadBalancerSecurityGrouphttps443CFEBA892',
  'AWS::EC2::Subnet NetworkPrivateaD7448AA4',
  'AWS::EC2::Subnet NetworkPrivatebD645691C',
  'AWS::EC2::SubnetRouteTableAssociation NetworkPrivateAssociationaA8AE5698',
  'AWS::EC2::SubnetRouteTableAssociation NetworkPrivateAssociationb880CF3DA',
  'AWS::ElasticLoadBalancingV2::Listener LoadBalancerHttpF4A6AC3E',
  'AWS::ElasticLoadBalancingV2::Listener LoadBalancerHttps0C5C99D2',
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancerTraffictrafficgateway5F7ED164',
  'AWS::ElasticLoadBalancingV2::LoadBalancer LoadBalancer8E47CE52',
  'AWS::Route53::RecordSet LoadBalancerRecordsapishopexample10107C22',
];

/** What only stage `api` has. */
export const onlyApi = [
  'AWS::EC2::SecurityGroupIngress ordersSecurityGroupanywhere808059FB06B1',
  'AWS::EC2::SecurityGroupIngress reportsSecurityGroupanywhere808074A33A53',
];

/** What only stage `load-balanced` has. */
export const onlyLoadBalanced = [
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancerTraffictraffic1orders0BDDA9A1',
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancerTraffictraffic1reportsF934C89C',
  'AWS::EC2::SecurityGroupIngress ordersSecurityGroupalb8080A4414DB7',
  'AWS::EC2::SecurityGroupIngress reportsSecurityGroupalb808022762D9C',
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancerordersAttachRule796ACC80',
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancerreportsAttachRule5B088B8B',
  'AWS::ElasticLoadBalancingV2::TargetGroup LoadBalancerordersTargetGroupCF337F28',
  'AWS::ElasticLoadBalancingV2::TargetGroup LoadBalancerreportsTargetGroup94AC5AE2',
];

/** What only stage `gateway` has. */
export const onlyGateway = [
  'AWS::EC2::SecurityGroup GatewaygatewayGroupF6895153',
  'AWS::EC2::SecurityGroupIngress Gatewaygatewayalb8080B7A104D4',
  'AWS::EC2::SecurityGroupIngress Gatewaygatewayalbstatus9000BC9CEC8D',
  'AWS::EC2::SecurityGroupIngress Gatewaygatewaypeers100007F9EF4A1',
  'AWS::EC2::SecurityGroupIngress ordersSecurityGroupgateway80802FB6EAED',
  'AWS::EC2::SecurityGroupIngress reportsSecurityGroupgateway80809242C580',
  'AWS::ECS::Service GatewaygatewayaService4EE910E4',
  'AWS::ECS::Service GatewaygatewaybService515CB1AA',
  'AWS::ECS::TaskDefinition GatewaygatewayaTaskDefinition78C559A4',
  'AWS::ECS::TaskDefinition GatewaygatewaybTaskDefinition8F932A9E',
  'AWS::ElasticLoadBalancingV2::ListenerRule LoadBalancergatewayAttachRule98428E51',
  'AWS::ElasticLoadBalancingV2::TargetGroup LoadBalancergatewayTargetGroupDBFDECFB',
  'AWS::IAM::Role GatewaygatewayaExecutionRoleB7ADFC7C',
  'AWS::IAM::Role GatewaygatewayaTaskRole2BC02921',
  'AWS::IAM::Role GatewaygatewaybExecutionRoleFA3E92A6',
  'AWS::IAM::Role GatewaygatewaybTaskRole071DBECB',
  'AWS::ServiceDiscovery::Service GatewaygatewayaDiscovery48D09430',
  'AWS::ServiceDiscovery::Service GatewaygatewaybDiscovery66C637CE',
];
