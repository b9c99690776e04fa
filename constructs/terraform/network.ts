import type { Translations } from './translation';

export const network: Pick<
  Translations,
  | 'vpc'
  | 'internet-gateway'
  | 'subnet'
  | 'route-table'
  | 'route'
  | 'subnet-route-table-association'
  | 'elastic-ip'
  | 'nat-gateway'
> = {
  vpc: ({ settings }) => [{ type: 'aws_vpc', arguments: { ...settings } }],
  'internet-gateway': ({ settings }) => [{ type: 'aws_internet_gateway', arguments: { ...settings } }],
  // Its route table is an association.
  subnet: ({ settings: { routeTableId: _, ...settings } }) => [{ type: 'aws_subnet', arguments: settings }],
  'route-table': ({ settings }) => [{ type: 'aws_route_table', arguments: { ...settings } }],
  route: ({ settings }) => [{ type: 'aws_route', arguments: { ...settings } }],
  'subnet-route-table-association': ({ settings }) => [
    { type: 'aws_route_table_association', arguments: { ...settings } },
  ],
  'elastic-ip': ({ settings }) => [{ type: 'aws_eip', arguments: { ...settings } }],
  'nat-gateway': ({ settings }) => [{ type: 'aws_nat_gateway', arguments: { ...settings } }],
};
