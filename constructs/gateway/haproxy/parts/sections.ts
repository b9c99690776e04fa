/** The pieces that a configuration is put together from. */
import type { GatewayApi, GatewayMember, GatewayModel, GatewayRoute } from '../../model';
import type { Policies } from '../../policies';
import type { Text } from '../language/text';

export interface Section {
  /** `frontend traffic`. */
  readonly head: Text;
  readonly lines: readonly Text[];
}

/** What is rendered, and for whom. */
export interface Context {
  readonly model: GatewayModel;
  /** The member that the text is for. */
  readonly member: GatewayMember;
  readonly others: readonly GatewayMember[];
  /** Of what the members do for each other: two that carry out another one do nothing for each other. */
  readonly revision: string;
}

/** Where policies are set: at an API, or at one of its routes, which has what it does not say itself from the API. */
export interface Place {
  readonly api: GatewayApi;
  /** Absent: the API itself, for requests that none of its routes takes. */
  readonly route?: GatewayRoute;
  readonly policies: Policies;
}

export const placesOf = (api: GatewayApi): Place[] => [
  { api, policies: api.policies },
  ...api.routes.map((route) => ({ api, route, policies: route.policies })),
];

export const placesIn = ({ apis }: Pick<GatewayModel, 'apis'>): Place[] => apis.flatMap(placesOf);

/** Path in the environment file of what a place says. */
export const pathOf = ({ api, route }: Pick<Place, 'api' | 'route'>): string[] =>
  route ? ['apis', api.name, 'routes', route.name, 'policies'] : ['apis', api.name, 'policies'];

/** Sections that several policies need are one: with the lines of all, each once. */
export function merged(sections: readonly Section[]): Section[] {
  const byHead = new Map<Text, Set<Text>>();
  for (const { head, lines } of sections) {
    const all = byHead.get(head) ?? new Set();
    for (const one of lines) all.add(one);
    byHead.set(head, all);
  }
  return [...byHead].map(([head, lines]) => ({ head, lines: [...lines] }));
}

export const printSections = (sections: readonly Section[]): string =>
  sections.map(({ head, lines }) => [head, ...lines.map((text) => `  ${text}`), ''].join('\n')).join('\n');
