/** What of the domain, its zone and its certificate does not fit together. */
import { raise } from '../quotas';
import { certificateDomains } from '../resolving/certificate-domains';
import { hasBalancer, type Rule } from './rule';

export const domainNeeded: Rule = function* (environment) {
  const { stage, domain, listener } = environment;
  if (!hasBalancer(environment) || listener) return;
  if (!domain) {
    yield {
      code: 'DOMAIN_MISSING',
      path: ['domain'],
      or: ['stage'],
      message: `Stage \`${stage}\` has a load balancer, which needs a name for its certificate.`,
      fix: 'Add `domain:` with a `name` and either `hostedZone` or `certificateArn`.',
    };
  } else if (!domain.hostedZone && !domain.certificateArn) {
    yield {
      code: 'CERTIFICATE_MISSING',
      path: ['domain'],
      where: 'key',
      message: 'There is no way to a certificate for the domain.',
      fix: 'Add `hostedZone` (a new certificate is validated there) or `certificateArn`.',
    };
  }
};

const isInside = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

export const namesInZone: Rule = function* ({ domain, apis }) {
  const zone = domain?.hostedZone?.name;
  if (!domain || zone === undefined) return;
  const names = [
    { name: domain.name, path: ['domain', 'name'] },
    ...Object.entries(apis).flatMap(([api, { hosts }]) =>
      hosts.map((name, index) => ({ name, path: ['apis', api, 'hosts', index] })),
    ),
  ];
  for (const { name, path } of names.filter((one) => !isInside(one.name, zone))) {
    yield {
      code: 'HOST_OUTSIDE_ZONE',
      path,
      message: `${name} is not in the hosted zone ${zone}.`,
      given: name,
      allowed: `${zone}, or a name that ends with .${zone}`,
      fix: 'Choose a name in the zone, or the zone that holds the name.',
    };
  }
};

/** The length of a common name. */
const COMMON_NAME_LENGTH = 64;

export const certificateNames: Rule = function* (environment) {
  const { domain, quotas } = environment;
  if (!domain || domain.certificateArn || environment.listener || !hasBalancer(environment)) return;
  const domains = certificateDomains(environment);
  if (domains.length > quotas.namesPerCertificate) {
    yield {
      code: 'CERTIFICATE_DOMAINS',
      path: ['domain'],
      where: 'key',
      message: `The certificate would have ${domains.length} names: the domain and the hosts of the APIs.`,
      allowed: `${quotas.namesPerCertificate} names, ACM's quota`,
      fix: `Use fewer hosts, or a wildcard certificate of your own as \`certificateArn\`, or ${raise('namesPerCertificate')}.`,
    };
  }
  if (domain.name.length > COMMON_NAME_LENGTH) {
    yield {
      code: 'CERTIFICATE_NAME_LENGTH',
      path: ['domain', 'name'],
      message: `A certificate's first name has ${COMMON_NAME_LENGTH} characters at most.`,
      given: `${domain.name.length} characters`,
      fix: 'Use a shorter name, or a certificate of your own as `certificateArn`.',
    };
  }
};

/** The certificate is the listener's, and the record leads to its load balancer. */
export const listenerHasName: Rule = function* ({ domain, listener }) {
  if (!domain || !listener) return;
  for (const key of ['hostedZone', 'certificateArn'] as const) {
    if (domain[key] === undefined) continue;
    yield {
      code: 'LISTENER_HAS_NAME',
      path: ['domain', key],
      where: 'key',
      message: 'The certificate and the record of the name belong to the load balancer that exists.',
      fix: `Remove \`${key}\`, or remove \`listener\` for a load balancer of the environment's own.`,
    };
  }
};

export const certificateRegion: Rule = function* ({ domain, region }) {
  const own = domain?.certificateArn?.split(':')[3];
  if (own === undefined || own === region) return;
  yield {
    code: 'ARN_REGION',
    path: ['domain', 'certificateArn'],
    message: 'The certificate is in another region than the load balancer.',
    given: own,
    allowed: region,
    fix: `Request or import the certificate in ${region}.`,
  };
};

/** A load balancer takes the certificates of its own account alone. */
export const certificateAccount: Rule = function* ({ domain, account }) {
  const own = domain?.certificateArn?.split(':')[4];
  if (own === undefined || account === undefined || own === account) return;
  yield {
    code: 'ARN_ACCOUNT',
    path: ['domain', 'certificateArn'],
    message: 'The certificate is in another account than the load balancer.',
    given: own,
    allowed: account,
    fix: `Request or import the certificate in ${account}, or correct \`account\`.`,
  };
};
