import type { Certificate } from '../blueprint/blueprint';
import { VALIDATION_RECORD_TTL_SECONDS } from '../blueprint/names';
import { createBeforeDestroy, type NounOf, resource } from './resource';
import { ref, type Value } from './value';

/**
 * An ACM certificate, proven by a DNS record per name, renewed by ACM as long as the records stand.
 * @param hostedZone zone that proves the names; by default the one that the settings name
 */
export function certificate(
  id: string,
  settings: Extract<Certificate, { kind: 'new' }>,
  hostedZone?: Value,
): { readonly noun: NounOf<'certificate'>; readonly arn: Value } {
  const { name, domains, hostedZoneId } = settings;
  const [domainName, ...subjectAlternativeNames] = domains;
  if (domainName === undefined) throw new Error(`Certificate "${name}" has no domain name.`);
  const made = resource(
    'certificate',
    'Certificate',
    {
      name,
      domainName,
      subjectAlternativeNames,
      hostedZoneId: hostedZone ?? hostedZoneId,
      recordTtlSeconds: VALIDATION_RECORD_TTL_SECONDS,
    },
    { transform: 'certificate', lifetime: createBeforeDestroy },
  );
  return {
    noun: {
      noun: 'certificate',
      id,
      settings,
      resources: [made],
      nouns: [],
      waits: [],
      transform: ['certificate'],
    },
    arn: ref(made, 'arn'),
  };
}
