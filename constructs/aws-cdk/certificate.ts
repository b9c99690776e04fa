import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { certificate } from '../graph/certificate';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

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
export class Certificate extends PartConstruct<'certificate'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: CertificateProps | Part<'certificate'>) {
    super(scope, id, props instanceof Part ? props : Certificate.#part(id, props));
  }

  static #part(id: string, { certificate: settings, hostedZone, transform }: CertificateProps) {
    return new Part(certificate(id, settings, hostedZone && outside(hostedZone)).noun, transform);
  }

  get certificate(): acm.Certificate {
    return this.child('Certificate');
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
