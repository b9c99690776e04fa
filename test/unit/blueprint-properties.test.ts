/** What holds for any environment that is accepted. */
import fc from 'fast-check';
import { IPv4 } from 'ipaddr.js';
import { stringify } from 'yaml';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import type { EnvironmentInput, Stage } from '../../constructs/blueprint/schema';
import { Problems } from '../../constructs/problems';
import { heeded } from './heed';

type ApiInput = EnvironmentInput['apis'][string];
const STAGES: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

const nameOf = (longest: number) =>
  fc.stringMatching(/^[a-z](-?[a-z0-9])*$/, { maxLength: longest }).filter((name) => name.length <= longest);

const segment = fc.constantFrom('a', 'b', 'orders', 'v2', 'x.y', 'z~1');
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);

const api: fc.Arbitrary<ApiInput> = fc.record(
  {
    image: fc.constantFrom('x', 'ghcr.io/example/x:1', '123456789012.dkr.ecr.eu-central-1.amazonaws.com/x:1'),
    port: fc.integer({ min: 1, max: 65_535 }),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 8 }),
    hosts: fc.uniqueArray(fc.constantFrom('a.example.com', 'b.example.com', 'example.com'), { maxLength: 3 }),
    headers: fc.dictionary(fc.constantFrom('x-a', 'X-B', 'x-c'), fc.constantFrom('1', '2', 'a*'), {
      maxKeys: 3,
    }),
    instances: fc.record({ min: fc.integer({ min: 1, max: 5 }), max: fc.integer({ min: 5, max: 9 }) }),
    requestTimeoutSeconds: fc.integer({ min: 1, max: 60 }),
    environment: fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,10}$/), fc.string({ maxLength: 40 }), {
      maxKeys: 4,
    }),
    policies: fc.record(
      {
        authentication: fc.constantFrom('public' as const, { apiKey: {} }),
        cache: fc.record({ ttlSeconds: fc.integer({ min: 1, max: 60 }) }),
        rateLimit: fc.record({
          requests: fc.integer({ min: 1, max: 100 }),
          perSeconds: fc.integer({ min: 1, max: 100 }),
          by: fc.constantFrom('consumer' as const, 'address' as const, 'api' as const),
        }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['image', 'paths'] },
);

const cidr = fc
  .tuple(
    fc.constantFrom('10.0.0.0', '172.16.0.0', '192.168.0.0', '127.20.0.0'),
    fc.integer({ min: 16, max: 24 }),
  )
  .map(([address, bits]) => `${address}/${bits}`);

const environment: fc.Arbitrary<EnvironmentInput> = fc.record({
  name: nameOf(19),
  stage: fc.constantFrom(...STAGES),
  region: fc.constantFrom('eu-central-1', 'us-east-1', 'ap-northeast-1'),
  network: fc.record({
    cidr,
    zones: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
    egress: fc.constantFrom('nat-per-zone' as const, 'single-nat' as const, 'public' as const),
  }),
  domain: fc.constant({ name: 'api.example.com', hostedZone: { id: 'Z0123456789', name: 'example.com' } }),
  deregistrationDelaySeconds: fc.integer({ min: 50, max: 100 }),
  apis: fc.dictionary(nameOf(12), api, { minKeys: 1, maxKeys: 4 }),
  consumers: fc.constant({ acme: {} }),
});

/** The blueprint, or undefined when the environment is refused; anything else is a mistake of ours. */
function accepted(input: EnvironmentInput, stage?: Stage): Blueprint | undefined {
  try {
    const text = heeded(stringify(input, { aliasDuplicateObjects: false }), stage);
    return resolve(parseEnvironment(text, 'any.yaml', stage));
  } catch (error) {
    if (error instanceof Problems) return undefined;
    throw error;
  }
}

/** Runs the check on accepted environments, and makes sure that there were enough of them. */
function holds(check: (blueprint: Blueprint, input: EnvironmentInput) => void, numRuns = 150): void {
  let count = 0;
  fc.assert(
    fc.property(environment, (input) => {
      const blueprint = accepted(input);
      if (!blueprint) return;
      count += 1;
      check(blueprint, input);
    }),
    { numRuns, seed: 20_260_101 },
  );
  expect(count).toBeGreaterThan(numRuns / 6);
}

const services = ({ services: apis, gateway }: Blueprint) => [...apis, ...(gateway?.members ?? [])];

/** Every id with the name that AWS shows for it. */
function names(blueprint: Blueprint): [string, string][] {
  const { loadBalancer, cluster, namespace } = blueprint;
  return [
    ['cluster', cluster.name],
    ['namespace', namespace.name],
    ...services(blueprint).flatMap(({ id, name, ...rest }): [string, string][] => [
      [`service ${id}`, name],
      [`group ${rest.securityGroup.id}`, `${rest.securityGroup.name}/${rest.securityGroup.description}`],
      [`role ${rest.executionRole.id}`, rest.executionRole.name],
      [`role ${rest.taskRole.id}`, rest.taskRole.name],
      [`logs ${rest.logGroup.id}`, rest.logGroup.name],
      [`discovery ${id}`, rest.discovery.name],
      [`task ${id}`, rest.taskDefinition.family],
    ]),
    ...(loadBalancer ? [[`balancer ${loadBalancer.id}`, loadBalancer.name] as [string, string]] : []),
    ...(loadBalancer?.targetGroups ?? []).map(({ id, name }): [string, string] => [`targets ${id}`, name]),
    ...(loadBalancer?.records ?? []).map(({ id, name }): [string, string] => [`record ${id}`, name]),
  ];
}

test('any file is resolved, or refused with problems', () => {
  fc.assert(
    fc.property(environment, fc.constantFrom(...STAGES), (input, stage) => {
      accepted(input, stage);
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('any text is refused with problems that have a place', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'ab:-[]{}"\'#&*!|>%@ \n\t') })),
      (text) => {
        try {
          parseEnvironment(text, 'any.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(Problems);
          const { problems } = error as Problems;
          expect(problems.length).toBeGreaterThan(0);
          for (const { line, column, code } of problems) {
            expect(code).toMatch(/^[A-Z0-9_]+$/);
            expect([line, column].every((one) => one !== undefined && one >= 1)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 300, seed: 2 },
  );
});

test('names are within what AWS takes', () => {
  holds((blueprint) => {
    for (const group of blueprint.loadBalancer?.targetGroups ?? []) {
      expect(group.name).toMatch(/^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/);
    }
    if (blueprint.loadBalancer) expect(blueprint.loadBalancer.name).toMatch(/^(?!internal-)[a-z0-9-]{1,32}$/);
    for (const { executionRole, taskRole, securityGroup, name } of services(blueprint)) {
      for (const role of [executionRole, taskRole]) expect(role.name).toMatch(/^[\w+=,.@-]{1,64}$/);
      for (const role of [executionRole, taskRole]) expect(role.name).toContain(blueprint.region);
      expect(securityGroup.name).toMatch(/^(?!sg-)[a-zA-Z0-9 ._:/()#,@[\]+=&;{}!$*-]{1,255}$/);
      expect(securityGroup.description).toMatch(/^[a-zA-Z0-9 ._:/()#,@[\]+=&;{}!$*-]{1,255}$/);
      expect(name).toMatch(/^[a-zA-Z0-9_-]{1,255}$/);
    }
  });
});

test('no two things have the same name', () => {
  holds((blueprint) => {
    const groups = new Map(
      services(blueprint).map(({ securityGroup }) => [securityGroup.id, securityGroup.name]),
    );
    if (blueprint.loadBalancer) groups.set('alb', blueprint.loadBalancer.securityGroup.name);
    const kinds = [
      services(blueprint).map((one) => one.name),
      services(blueprint).flatMap((one) => [one.executionRole.name, one.taskRole.name]),
      [...groups.values()],
      services(blueprint).map((one) => one.logGroup.name),
      (blueprint.loadBalancer?.targetGroups ?? []).map((one) => one.name),
    ];
    for (const kind of kinds) expect(new Set(kind).size).toBe(kind.length);
  });
});

test('subnets lie in the network and apart from one another', () => {
  holds(({ network }) => {
    if (network.kind !== 'new') throw new Error('generated networks are new');
    const blocks = network.zones.flatMap((zone) => [zone.publicCidr, zone.privateCidr ?? []].flat());
    const range = (block: string): [number, number] => {
      const number = (address: IPv4) => address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
      return [number(IPv4.networkAddressFromCIDR(block)), number(IPv4.broadcastAddressFromCIDR(block))];
    };
    const whole = range(network.cidr);
    const ranges = blocks.map(range).toSorted((a, b) => a[0] - b[0]);
    for (const [index, [first, last]] of ranges.entries()) {
      expect(first).toBeGreaterThan(
        index === 0 ? whole[0] - 1 : (ranges[index - 1]?.[1] ?? Number.POSITIVE_INFINITY),
      );
      expect(last).toBeLessThanOrEqual(whole[1]);
    }
  });
});

test('rules are within the quotas of a load balancer', () => {
  holds(({ loadBalancer }) => {
    const rules = [...(loadBalancer?.trafficRules ?? []), ...(loadBalancer?.attachRules ?? [])];
    expect(rules.length).toBeLessThanOrEqual(100);
    expect(new Set(rules.map((rule) => rule.priority)).size).toBe(rules.length);
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
    for (const { conditions, forward } of rules) {
      const values = conditions.flatMap((one) => one.values);
      expect(values.length).toBeGreaterThan(0);
      expect(values.length).toBeLessThanOrEqual(5);
      expect(values.join('').replace(/[^*?]/g, '').length).toBeLessThanOrEqual(5);
      if (forward.length > 0) expect(forward.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
    }
  });
});

test('every path of every API is in a rule, on every host that it has; of gateways there is one rule', () => {
  holds(({ loadBalancer, stage }, { apis }) => {
    if (!loadBalancer) return;
    const ofAll = loadBalancer.trafficRules.filter(({ api }) => api === undefined);
    expect(ofAll.map(({ forward }) => forward.length)).toEqual([stage === 'gateway' ? 1 : 0]);
    if (stage === 'gateway') {
      expect(loadBalancer.trafficRules).toEqual(ofAll);
      return;
    }
    const wanted = Object.entries(apis).flatMap(([name, { paths = ['/'], hosts = [] }]) =>
      (hosts.length > 0 ? hosts : ['*']).flatMap((host) =>
        paths.flatMap((one) =>
          (one === '/' ? ['/*'] : [one, `${one}/*`]).map((value) => `${name} ${host} ${value}`),
        ),
      ),
    );
    const got = loadBalancer.trafficRules.flatMap(({ api: name, conditions }) => {
      if (name === undefined) return [];
      const hosts = conditions.find((one) => one.kind === 'host')?.values ?? ['*'];
      const values = conditions.find((one) => one.kind === 'path')?.values ?? [];
      return hosts.flatMap((host) => values.map((value) => `${name} ${host} ${value}`));
    });
    expect(got.toSorted()).toEqual(wanted.toSorted());
  });
});

test('what exists in two stages has the same id and name in both', () => {
  holds((blueprint, input) => {
    const own = new Map(names(blueprint));
    for (const stage of STAGES) {
      const other = accepted(input, stage);
      if (!other) continue;
      for (const [id, name] of names(other)) expect([id, own.get(id) ?? name]).toEqual([id, name]);
    }
  }, 80);
});

test('another API changes nothing of those that are there, but for a place that both hash to', () => {
  let moved = 0;
  let compared = 0;
  holds((blueprint, input) => {
    const more = {
      ...input,
      apis: { ...input.apis, 'one-more': { image: 'x', paths: ['/one-more/of/them'] } },
    };
    const other = accepted(more);
    if (!other) return;
    const later = new Map(names(other));
    for (const [id, name] of names(blueprint)) expect([id, later.get(id)]).toEqual([id, name]);
    const rules = ({ loadBalancer }: Blueprint) =>
      [...(loadBalancer?.trafficRules ?? []), ...(loadBalancer?.attachRules ?? [])].map(
        ({ priority, ...rest }): [string, number, string] => [rest.id, priority, JSON.stringify(rest)],
      );
    const after = new Map(rules(other).map(([id, priority, text]) => [id, { priority, text }]));
    for (const [id, priority, text] of rules(blueprint)) {
      compared += 1;
      expect(after.get(id)?.text).toBe(text);
      if (after.get(id)?.priority !== priority) moved += 1;
    }
  });
  expect(compared).toBeGreaterThan(50);
  expect(moved / compared).toBeLessThan(0.01);
});
