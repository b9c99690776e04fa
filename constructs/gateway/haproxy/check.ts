/** What HAProxy cannot carry out of a model that is right in itself, in the words of the environment file. */
import type { Path, Problem } from '../../problems';
import type { GatewayApi, GatewayModel, GatewayRoute } from '../model';
import { problemsOf } from '../policies/problems';
import { roomForWrites } from './cache/writes';
import { consumerProblems } from './callers/authorization';
import { policies } from './configuration';
import { drainProblems } from './container/drain';
import { textProblem } from './language/text';
import { planProblems } from './rate-limit/rate-limit';

const routeProblems = ({ name, paths }: GatewayRoute, path: Path): Problem[] => [
  ...textProblem('name', name, path),
  ...paths.flatMap((value, index) => textProblem('pathTemplate', value, [...path, 'paths', index])),
];

function apiProblems(api: GatewayApi): Problem[] {
  const path = (...rest: Path) => ['apis', api.name, ...rest];
  const headers = Object.entries(api.headers).flatMap(([name, value]) => [
    ...textProblem('headerName', name, path('headers', name)),
    ...textProblem('headerValue', value, path('headers', name)),
  ]);
  return [
    ...textProblem('name', api.name, path()),
    ...api.paths.flatMap((value, index) => textProblem('path', value, path('paths', index))),
    ...api.hosts.flatMap((value, index) => textProblem('host', value, path('hosts', index))),
    ...headers,
    ...api.routes.flatMap((route) => routeProblems(route, path('routes', route.name))),
    ...textProblem('host', api.pool.host, path()),
    ...(api.canary ? textProblem('host', api.canary.pool.host, path('canary')) : []),
    ...textProblem('path', api.health.path, path('health', 'path')),
    ...textProblem('status', api.health.status, path('health', 'status')),
  ];
}

export function limits(model: GatewayModel): Problem[] {
  return [
    ...model.members.flatMap(({ name, host }, index) => [
      ...textProblem('name', name, ['gateway', 'members', index]),
      ...textProblem('host', host, ['gateway', 'members', index]),
    ]),
    ...(model.hosts ?? []).flatMap((name) => textProblem('host', name, ['domain', 'name'])),
    ...model.balancerCidrs.flatMap((cidr) => textProblem('cidr', cidr, ['network'])),
    ...consumerProblems(model),
    ...planProblems(model),
    ...model.apis.flatMap((api) => [
      ...apiProblems(api),
      ...problemsOf(api, [roomForWrites, ...policies.map(({ limits }) => limits)]),
    ]),
    ...drainProblems(model),
  ];
}
