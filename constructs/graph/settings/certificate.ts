import type { Value } from '../value';

export interface CertificateResources {
  /** Proven by a DNS record for each name, and known once it is issued. */
  readonly certificate: {
    readonly name: string;
    readonly domainName: string;
    readonly subjectAlternativeNames: readonly string[];
    readonly hostedZoneId: Value;
    readonly recordTtlSeconds: number;
  };
}
