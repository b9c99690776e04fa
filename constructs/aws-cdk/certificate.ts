import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type Transform, transformed } from './transform';

export interface CertificateTransform {
  readonly certificate?: Transform<acm.CertificateProps>;
}

export interface CertificateProps {
  readonly certificate: Extract<blueprint.Certificate, { kind: 'new' }>;
  /**
   * Zone that proves the names.
   * @default the one that the blueprint names
   */
  readonly hostedZone?: route53.IHostedZone;
  readonly transform?: CertificateTransform;
}

/**
 * An ACM certificate, proven by a DNS record per name, renewed by ACM as long as the records stand. CloudFormation
 * writes the records, and what uses the certificate waits until it is issued.
 */
export class Certificate extends Construct {
  readonly certificate: acm.Certificate;

  constructor(scope: Construct, id: string, { certificate, hostedZone, transform }: CertificateProps) {
    super(scope, id);
    const { name, domains, hostedZoneId } = certificate;
    const [domainName, ...subjectAlternativeNames] = domains;
    if (domainName === undefined) throw new Error(`Certificate "${name}" has no domain name.`);
    const zone = hostedZone ?? route53.HostedZone.fromHostedZoneId(this, 'Zone', hostedZoneId);
    this.certificate = new acm.Certificate(
      this,
      'Certificate',
      transformed(
        {
          domainName,
          ...(subjectAlternativeNames.length > 0 && { subjectAlternativeNames }),
          certificateName: name,
          validation: acm.CertificateValidation.fromDns(zone),
        },
        transform?.certificate,
      ),
    );
  }
}

/** A certificate that exists, in the load balancer's region. Makes nothing. */
export class ExistingCertificate extends Construct {
  readonly certificate: acm.ICertificate;

  constructor(scope: Construct, id: string, { arn }: { readonly arn: string }) {
    super(scope, id);
    this.certificate = acm.Certificate.fromCertificateArn(this, 'Certificate', arn);
  }
}
