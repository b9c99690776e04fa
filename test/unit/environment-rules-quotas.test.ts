/** Quotas of AWS that many APIs meet: what is refused at which stage, with which numbers, and what the file may raise. */
import type { Stage } from '../../constructs/blueprint/schema';
import { type Edit, edited, failure } from './environment-fixture';
import { parsedAt } from './heed';

const HEAD = `name: shop
region: eu-central-1
stage: gateway
domain: { name: api.example.com, hostedZone: { id: Z0123456789ABC, name: example.com } }
`;

const LISTENER =
  'listener: { arn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/own/50dc6c495c0c9188/f2f7dc8efc522ab2", securityGroup: sg-0a1b2c3d4e5f60719 }\n';

const api = (index: number, more: string) => `  a${index}: { image: x, paths: [/a${index}]${more} }\n`;

interface Many {
  readonly apis: number;
  readonly stage: Stage;
  readonly quotas?: string;
  /** Of each API. */
  readonly more?: string;
  /** Of the environment. */
  readonly extra?: string;
}

/** Seeds keep the rules' numbers apart: that is another rule's finding. */
function faultsOf({ apis, stage, quotas = '', more = '', extra = '' }: Many): string[] {
  const all = Array.from({ length: apis }, (_, index) => api(index, more)).join('');
  const text = `${HEAD}${extra}${quotas && `quotas: { ${quotas} }\n`}apis:\n${all}`;
  try {
    parsedAt(text, stage);
    return [];
  } catch {
    const { problems } = failure(text.replace('stage: gateway', `stage: ${stage}`));
    return problems
      .filter(({ code }) => code !== 'LISTENER_NUMBER_TWICE')
      .map(({ code, given, allowed }) => [code, given, allowed].filter(Boolean).join(': '));
  }
}

test('at stage load-balanced there is room for the rules of 49 APIs', () => {
  const allowed = '100 rules: one for each path on each host, one for each target group, 2 for the gateways';
  expect(faultsOf({ apis: 49, stage: 'load-balanced' })).toEqual([]);
  expect(faultsOf({ apis: 50, stage: 'load-balanced' })).toEqual([
    `RULES_TOO_MANY: 50 rules for paths, hosts and headers, 50 for target groups, 2 for the gateways: ${allowed}`,
  ]);
});

test('with the rules raised, target groups end at 99 APIs', () => {
  const raised = { stage: 'load-balanced', quotas: 'rulesPerLoadBalancer: 400' } as const;
  expect(faultsOf({ ...raised, apis: 99 })).toEqual([]);
  expect(faultsOf({ ...raised, apis: 100 })).toEqual([
    'TARGET_GROUPS_TOO_MANY: 100 target groups, which AWS does not raise',
  ]);
});

test('at stage gateway none of it matters', () => {
  expect(faultsOf({ apis: 300, stage: 'gateway' })).toEqual([]);
});

test('behind a listener that exists each path has its rule at stage gateway too, and the gateways one', () => {
  const more = '';
  const of = (apis: number) =>
    faultsOf({ apis, stage: 'gateway', more, extra: LISTENER }).filter((one) => one !== 'LISTENER_HAS_NAME');
  expect(of(99)).toEqual([]);
  expect(of(100)).toEqual([
    'RULES_TOO_MANY: 100 rules for paths, hosts and headers, 0 for target groups, 1 for the gateways: 100 rules: one for each path on each host, one for each target group, 1 for the gateways',
  ]);
});

test('instances behind a load balancer and in a namespace are counted as a deploy has them', () => {
  const ten = { apis: 10, more: ', instances: { min: 1, max: 51 }' };
  const targets = 'TARGETS_TOO_MANY: 1020: 1000, AWS\'s quota "Targets per Application Load Balancer"';
  expect(faultsOf({ ...ten, stage: 'load-balanced' })).toEqual([targets]);
  expect(faultsOf({ ...ten, stage: 'gateway' })).toEqual([]);
  expect(faultsOf({ ...ten, stage: 'load-balanced', quotas: 'targetsPerLoadBalancer: 1020' })).toEqual([]);
  const many = { apis: 20, more: ', instances: { min: 1, max: 50 }', stage: 'gateway' } as const;
  expect(faultsOf(many)).toEqual(['INSTANCES_TOO_MANY: 2002: 2000, AWS\'s quota "Instances per namespace"']);
  expect(faultsOf({ ...many, quotas: 'instancesPerNamespace: 2002' })).toEqual([]);
});

test('an account has so many roles', () => {
  const more = ', instances: { min: 1 }';
  expect(faultsOf({ apis: 498, stage: 'gateway', more })).toEqual([]);
  expect(faultsOf({ apis: 499, stage: 'gateway', more })).toEqual([
    'ROLES_TOO_MANY: 1002: 1000, AWS\'s quota "Roles per account"',
  ]);
});

test('a certificate has as many names as the account may have', () => {
  const hosts = Array.from({ length: 10 }, (_, index) => `h${index}.example.com`).join(', ');
  const named: Edit = ['    paths: [/catalog]', `    paths: [/catalog]\n    hosts: [${hosts}]`];
  expect(failure(edited(named)).problems.map(({ code, allowed }) => [code, allowed])).toEqual([
    ['CERTIFICATE_DOMAINS', "10 names, ACM's quota"],
  ]);
  expect(() =>
    parsedAt(edited(named, ['apis:', 'quotas: { namesPerCertificate: 11 }\napis:']), 'gateway'),
  ).not.toThrow();
});

test('a quota is what an account has at least, and no more than AWS gives', () => {
  const codes = (quotas: string) =>
    failure(edited(['apis:', `quotas: { ${quotas} }\napis:`])).problems.map(({ code }) => code);
  expect(codes('rulesPerLoadBalancer: 99')).toEqual(['OUT_OF_RANGE']);
  expect(codes('namesPerCertificate: 101')).toEqual(['OUT_OF_RANGE']);
});

test('the way out names the quota and the field', () => {
  const all = Array.from({ length: 50 }, (_, index) => api(index, '')).join('');
  const { message } = failure(`${HEAD.replace('stage: gateway', 'stage: load-balanced')}apis:\n${all}`);
  expect(message).toContain(
    'or go to stage `gateway`, or stay there: the load balancer has 2 rules then, however many APIs there are. ' +
      'Or ask AWS to raise "Rules per Application Load Balancer" and say the new value as `quotas: { rulesPerLoadBalancer: … }`.',
  );
});
