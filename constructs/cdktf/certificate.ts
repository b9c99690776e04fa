import { AcmCertificate, type AcmCertificateConfig } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record, type Route53RecordConfig } from '@cdktf/provider-aws/lib/route53-record';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { certificate } from '../graph/certificate';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';

/** A certificate that a listener may show: a new one, or one that exists. */
export interface ICertificate {
  /** Known once the certificate is issued. */
  readonly arn: string;
}

export interface CertificateTransform {
  readonly certificate?: Transform<AcmCertificateConfig>;
  readonly record?: Transform<Route53RecordConfig>;
}

export interface CertificateProps {
  readonly certificate: Extract<blueprint.Certificate, { kind: 'new' }>;
  readonly transform?: CertificateTransform;
}

/** An ACM certificate, proven by a DNS record per name, renewed by ACM as long as the records stand. */
export class Certificate extends PartConstruct<'certificate'> implements ICertificate {
  static readonly resources = {
    aws_acm_certificate: AcmCertificate,
    aws_acm_certificate_validation: AcmCertificateValidation,
    aws_route53_record: Route53Record,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: CertificateProps | Part<'certificate'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(certificate(id, props.certificate).noun, props.transform),
    );
  }

  get certificate(): AcmCertificate {
    return this.child('Certificate');
  }

  /** By domain name. */
  get records(): Readonly<Record<string, Route53Record>> {
    return this.each(this.settings.domains, (domain) => `Record-${domain}`);
  }

  get validation(): AcmCertificateValidation {
    return this.child('Validation');
  }

  get arn(): string {
    return this.validation.certificateArn;
  }
}

/** A certificate that exists, in the load balancer's region. Makes nothing. */
export class ExistingCertificate implements ICertificate {
  constructor(readonly arn: string) {}
}
