/** Gateway models for tests: written as an environment file would be, the schema fills in the defaults. */
import { UNANSWERED_SECONDS, unseenSeconds } from '../../../constructs/blueprint/resolving/timing';
import {
  balancing,
  type GatewayApi,
  type GatewayModel,
  policies,
  resolveRoutes,
  route,
  settle,
} from '../../../constructs/gateway';

export interface ApiInput {
  readonly paths?: readonly string[];
  readonly hosts?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly mostInstances?: number;
  readonly requestTimeoutSeconds?: number;
  readonly balancing?: unknown;
  /** Share of the callers that get another version. */
  readonly canaryPercent?: number;
  readonly policies?: unknown;
  readonly routes?: Readonly<Record<string, unknown>>;
}

const routesOf = ({ policies: ofApi = {}, routes = {} }: ApiInput) =>
  resolveRoutes(
    policies.parse(ofApi),
    Object.fromEntries(Object.entries(routes).map(([name, one]) => [name, route.parse(one)])),
  );

const poolModel = (name: string, mostInstances: number): GatewayApi['pool'] => ({
  host: `${name}.test.internal`,
  port: 8080,
  mostInstances,
  unseenSeconds: unseenSeconds(mostInstances, 2),
});

export const apiModel = (name: string, input: ApiInput = {}): GatewayApi => ({
  name,
  paths: input.paths ?? [`/${name}`],
  hosts: input.hosts ?? [],
  headers: input.headers ?? {},
  pool: poolModel(name, input.mostInstances ?? 4),
  health: { path: '/healthz', status: '200', intervalSeconds: 5, timeoutSeconds: 2 },
  requestTimeoutSeconds: input.requestTimeoutSeconds ?? 5,
  balancing: balancing.parse(input.balancing ?? {}),
  ...(input.canaryPercent && {
    canary: {
      pool: poolModel(`${name}-canary`, 2),
      percent: input.canaryPercent,
    },
  }),
  policies: settle(policies.parse(input.policies ?? {})),
  routes: routesOf(input),
});

export function gatewayModel(
  apis: Readonly<Record<string, ApiInput>>,
  rest: Partial<GatewayModel> & { readonly letters?: string } = {},
): GatewayModel {
  const { letters = 'ab', ...model } = rest;
  return {
    members: [...letters].map((letter) => ({
      name: `gateway-${letter}`,
      host: `gateway-${letter}.test.internal`,
    })),
    apis: Object.entries(apis).map(([name, input]) => apiModel(name, input)),
    consumers: [{ name: 'acme' }, { name: 'globex' }],
    balancerCidrs: [],
    balancerIdleTimeoutSeconds: 60,
    lookupSeconds: 2,
    unansweredSeconds: UNANSWERED_SECONDS,
    cacheMiB: 8,
    graceSeconds: 1,
    ...model,
  };
}
