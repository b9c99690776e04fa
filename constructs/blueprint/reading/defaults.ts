/** Defaults that depend on another field. */
import { usualZones } from '../regions';
import type { Finding } from '../rules';
import { isMapping } from './shape';

interface Filled {
  readonly data: Record<string, unknown>;
  readonly findings: readonly Finding[];
}

/** A new network without `zones` has the two usual ones of its region; where there are no usual ones, it must name them. */
export function withUsualZones(data: Record<string, unknown>): Filled {
  const { region, network = {} } = data;
  if (typeof region !== 'string' || !isMapping(network) || 'zones' in network || 'vpc' in network) {
    return { data, findings: [] };
  }
  const zones = usualZones(region);
  if (zones) return { data: { ...data, network: { ...network, zones: [...zones] } }, findings: [] };
  return {
    data,
    findings: [
      {
        code: 'ZONES_MISSING',
        path: ['network', 'zones'],
        or: ['region'],
        message: `Accounts see different zones of ${region}, so there are none that every account has.`,
        allowed: 'letters of the zones that `aws ec2 describe-availability-zones` shows',
        fix: 'Name them: `network: { zones: [a, c] }`.',
      },
    ],
  };
}
