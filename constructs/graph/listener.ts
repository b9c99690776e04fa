import type { LoadBalancer } from '../blueprint/blueprint';
import { type Resource, resource } from './resource';
import type { FixedResponse } from './settings/listener';
import type { Value } from './value';

/** What is answered where no rule leads anywhere. */
export const notFound = ({
  notFound: { status, contentType, body },
}: Pick<LoadBalancer['https'], 'notFound'>): FixedResponse => ({
  statusCode: status,
  contentType,
  messageBody: body,
});

/** Port 80 redirects; port 443 ends TLS and answers what no rule takes. */
export function listeners(
  { http, https }: LoadBalancer,
  loadBalancerArn: Value,
  certificateArn: Value,
): [Resource, Resource] {
  return [
    resource(
      'listener',
      'Http',
      {
        loadBalancerArn,
        port: http.port,
        protocol: 'HTTP',
        redirect: { protocol: 'HTTPS', port: https.port, statusCode: http.redirectStatus },
      },
      { transform: 'httpListener' },
    ),
    resource(
      'listener',
      'Https',
      {
        loadBalancerArn,
        port: https.port,
        protocol: 'HTTPS',
        sslPolicy: https.sslPolicy,
        certificateArn,
        fixedResponse: notFound(https),
      },
      { transform: 'httpsListener' },
    ),
  ];
}
