import {
  Certificate as AcmCertificate,
  type CertificateArgs as AcmCertificateArgs,
} from '@pulumi/aws/acm/certificate';
import { CertificateValidation as AcmCertificateValidation } from '@pulumi/aws/acm/certificateValidation';
import { Record as Route53Record, type RecordArgs as Route53RecordArgs } from '@pulumi/aws/route53/record';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { certificate } from '../graph/certificate';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartComponent } from './part-component';

/** A certificate that a listener may show: a new one, or one that exists. */
export interface ICertificate {
  /** Known once the certificate is issued. */
  readonly arn: pulumi.Input<string>;
}

export interface CertificateTransform {
  readonly certificate?: Transform<AcmCertificateArgs>;
  readonly record?: Transform<Route53RecordArgs>;
}

export interface CertificateArgs {
  readonly certificate: Extract<blueprint.Certificate, { kind: 'new' }>;
  readonly transform?: CertificateTransform;
}

/** An ACM certificate, proven by a DNS record per name, renewed by ACM as long as the records stand. */
export class Certificate extends PartComponent<'certificate'> implements ICertificate {
  static readonly resources = {
    aws_acm_certificate: AcmCertificate,
    aws_acm_certificate_validation: AcmCertificateValidation,
    aws_route53_record: Route53Record,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: CertificateArgs | Part<'certificate'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(
      'Certificate',
      name,
      args instanceof Part ? args : new Part(certificate(name, args.certificate).noun, args.transform),
      options,
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

  get arn(): pulumi.Output<string> {
    return this.validation.certificateArn;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn };
  }
}

/** A certificate that exists, in the load balancer's region. Makes nothing. */
export class ExistingCertificate implements ICertificate {
  constructor(readonly arn: pulumi.Input<string>) {}
}
