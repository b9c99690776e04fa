/**
 * AWS's quotas that an environment can meet, with the values that an account begins with. AWS raises these on request;
 * `quotas` in the environment file says the account's own value then.
 */
export interface Quota {
  /** As Service Quotas calls it. */
  readonly name: string;
  /** What an account begins with. */
  readonly usual: number;
  /** What AWS raises it to at most. Absent: no number is stated. */
  readonly most?: number;
}

export const quotas = {
  rulesPerLoadBalancer: { name: 'Rules per Application Load Balancer', usual: 100 },
  targetsPerLoadBalancer: { name: 'Targets per Application Load Balancer', usual: 1000 },
  namesPerCertificate: { name: 'Domain names per ACM certificate', usual: 10, most: 100 },
  instancesPerNamespace: { name: 'Instances per namespace', usual: 2000 },
  rolesPerAccount: { name: 'Roles per account', usual: 1000 },
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof quotas;

/** AWS raises it for nobody. */
export const TARGET_GROUPS_PER_LOAD_BALANCER = 100;

/** The way out that every quota has. */
export const raise = (quota: QuotaName): string =>
  `ask AWS to raise "${quotas[quota].name}" and say the new value as \`quotas: { ${quota}: … }\``;
