import type { LoadBalancer } from '../blueprint/blueprint';
import { type Resource, resource } from './resource';
import type { Value } from './value';

/** Port 80 redirects; port 443 ends TLS and answers what no rule takes. */
export function listeners(
  { http, https }: LoadBalancer,
  loadBalancerArn: Value,
  certificateArn: Value,
): [Resource, Resource] {
  const { status, contentType, body } = https.notFound;
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
        fixedResponse: { statusCode: status, contentType, messageBody: body },
      },
      { transform: 'httpsListener' },
    ),
  ];
}
