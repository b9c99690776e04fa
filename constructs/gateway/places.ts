/** Where policies are set: at an API, or at one of its routes. */
import type { GatewayApi, GatewayModel, GatewayRoute } from './model';
import type { Policies } from './policies';

/** An API, or a route of one, which has what it does not say itself from the API. */
export interface Place {
  readonly api: GatewayApi;
  /** Absent: the API itself, for requests that none of its routes takes. */
  readonly route?: GatewayRoute;
  readonly policies: Policies;
}

/** The API itself first. */
export const placesOf = (api: GatewayApi): Place[] => [
  { api, policies: api.policies },
  ...api.routes.map((route) => ({ api, route, policies: route.policies })),
];

export const placesIn = ({ apis }: Pick<GatewayModel, 'apis'>): Place[] => apis.flatMap(placesOf);

/** Path in the environment file of what a place says. */
export const pathOf = ({ api, route }: Pick<Place, 'api' | 'route'>): string[] =>
  route ? ['apis', api.name, 'routes', route.name, 'policies'] : ['apis', api.name, 'policies'];

/** Whether a route has a policy from its API. */
export const inherits = ({ route }: Place, policy: keyof Policies): boolean =>
  route !== undefined && !route.refines.includes(policy);

/** Path in the environment file of a policy, where it is written: a route may have it from its API. */
export const writtenAt = (place: Place, policy: keyof Policies): string[] => [
  ...pathOf(inherits(place, policy) ? { api: place.api } : place),
  policy,
];
