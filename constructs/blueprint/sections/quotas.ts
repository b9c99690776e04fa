import { z } from 'zod';
import { quotas as known, type Quota, type QuotaName } from '../quotas';

/** Beyond it is a slip of the pen: no quota is raised so far. */
const MOST = 1_000_000;

const quota = (one: QuotaName, about: string) => {
  const { name, usual, most = MOST }: Quota = known[one];
  return z
    .int()
    .min(usual)
    .max(most)
    .default(usual)
    .describe(`${about} AWS's quota "${name}", as the account has it.`);
};

/** What AWS has raised for the account. An environment that needs more is refused before anything is deployed. */
export const quotas = z.strictObject({
  rulesPerLoadBalancer: quota(
    'rulesPerLoadBalancer',
    'Used where a load balancer has rules for each API: at stage `load-balanced`, and at `gateway` behind a `listener`.',
  ),
  targetsPerLoadBalancer: quota(
    'targetsPerLoadBalancer',
    'Used at stage `load-balanced`: instances of all APIs, twice as many while a deploy rolls.',
  ),
  namesPerCertificate: quota('namesPerCertificate', 'The domain and the hosts of all APIs.'),
  instancesPerNamespace: quota(
    'instancesPerNamespace',
    'Instances of all APIs, twice as many while a deploy rolls, and the gateways.',
  ),
  rolesPerAccount: quota('rolesPerAccount', 'Two for each API, each canary and each gateway.'),
});
