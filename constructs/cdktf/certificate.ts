import { AcmCertificate, type AcmCertificateConfig } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record, type Route53RecordConfig } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { VALIDATION_RECORD_TTL_SECONDS } from '../blueprint/names';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

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
export class Certificate extends Construct implements ICertificate {
  readonly certificate: AcmCertificate;
  /** By domain name. */
  readonly records: Readonly<Record<string, Route53Record>>;
  readonly validation: AcmCertificateValidation;

  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id);
    const { name, domains, hostedZoneId } = literal(props.certificate);
    const [domainName, ...subjectAlternativeNames] = domains;
    if (domainName === undefined) throw new Error(`Certificate "${name}" has no domain name.`);
    this.certificate = new AcmCertificate(
      this,
      'Certificate',
      transformed(
        {
          domainName,
          subjectAlternativeNames,
          validationMethod: 'DNS',
          tags: { Name: name },
          lifecycle: { createBeforeDestroy: true },
        },
        props.transform?.certificate,
      ),
    );
    this.records = Object.fromEntries(
      domains.map((domain) => [domain, this.#record(domain, hostedZoneId, props.transform?.record)]),
    );
    this.validation = new AcmCertificateValidation(this, 'Validation', {
      certificateArn: this.certificate.arn,
      validationRecordFqdns: Object.values(this.records).map((record) => record.fqdn),
    });
  }

  get arn(): string {
    return this.validation.certificateArn;
  }

  #record(
    domain: string,
    zoneId: string,
    transform: Transform<Route53RecordConfig> | undefined,
  ): Route53Record {
    return new Route53Record(
      this,
      `Record-${domain}`,
      transformed(
        {
          zoneId,
          name: this.#option(domain, 'resource_record_name'),
          type: this.#option(domain, 'resource_record_type'),
          records: [this.#option(domain, 'resource_record_value')],
          ttl: VALIDATION_RECORD_TTL_SECONDS,
          // example.com and *.example.com are proven by the same record.
          allowOverwrite: true,
        },
        transform,
      ),
    );
  }

  /**
   * ACM's validation options are a set, and known only once the certificate is requested; the names are known
   * now. So the resources are counted by the names, and each picks its option by name when it is applied.
   */
  #option(domain: string, attribute: string): string {
    const options = `aws_acm_certificate.${this.certificate.friendlyUniqueId}.domain_validation_options`;
    return `\${one([for option in ${options} : option.${attribute} if option.domain_name == ${JSON.stringify(domain)}])}`;
  }
}

/** A certificate that exists, in the load balancer's region. Makes nothing. */
export class ExistingCertificate implements ICertificate {
  constructor(readonly arn: string) {}
}
