import type { Environment } from '../schema';

/** Names that a certificate must have: the domain, then the hosts of the APIs. */
export function certificateDomains({ domain, apis }: Environment): string[] {
  const hosts = Object.values(apis).flatMap((api) => api.hosts);
  const others = [...new Set(hosts)].filter((host) => host !== domain?.name).toSorted();
  return domain ? [domain.name, ...others] : [];
}
