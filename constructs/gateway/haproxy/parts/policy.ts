/** What a policy is to the configuration, and how it is narrowed to the routes that have it. */

import type { GatewayApi } from '../../model';
import { type Place, placesIn, placesOf } from '../../places';
import type { PolicyFinding, PolicyRule } from '../../policies/rule';
import { all, always, type Condition, isOneOf, not, type Rules, together, within } from '../language/rules';
import { put } from '../language/text';
import type { Variable } from '../language/vocabulary';
import { type Growth, noGrowth } from './room';
import type { Context, Section } from './sections';

/** One policy, carried out by HAProxy. What no place uses renders nothing. */
export interface PolicyRendering<Settings> {
  /**
   * All that the rules depend on, as plain data; undefined when there is nothing to do. Places with equal settings
   * share their rules, so no name of an API or a route is in it, unless the rules differ by it.
   */
  settings(place: Place): Settings | undefined;
  /** Why HAProxy cannot do what a place says. What is wrong on any data plane stands in `policies/<name>/rules.ts`. @default it can */
  limits?(settings: Settings, place: Place): Iterable<PolicyFinding>;
  /** Rules for each request that has the policy. The API's name is `var(txn.api)`. */
  rules(settings: Settings, context: Context): Rules;
  /** The most that it adds to a request and to its answer. @default nothing */
  growth?(settings: Settings, place: Place): Growth;
  /** Sections that all places with this policy share. */
  sections?(settings: readonly Settings[], context: Context): readonly Section[];
  /** Files beside the configuration, by name. */
  files?(settings: readonly Settings[], context: Context): Readonly<Record<string, string>>;
}

/** A policy as the configuration uses it. */
export interface Policy {
  /** What its rules depend on, as text: APIs of one kind have the same rules. */
  kind(api: GatewayApi): string;
  readonly limits: PolicyRule;
  rules(api: GatewayApi, context: Context): Rules;
  growth(place: Place): Growth;
  sections(context: Context): readonly Section[];
  files(context: Context): Readonly<Record<string, string>>;
}

interface Group<Settings> {
  /** The settings as text. */
  readonly key: string;
  readonly settings: Settings;
  readonly places: Place[];
}

/** The places by their settings, in the order of the first of each. */
function grouped<Settings>(
  places: readonly Place[],
  settingsOf: (place: Place) => Settings | undefined,
): Group<Settings>[] {
  const groups = new Map<string, Group<Settings>>();
  for (const place of places) {
    const settings = settingsOf(place);
    if (settings === undefined) continue;
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { key, settings, places: [] };
    group.places.push(place);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Requests of an API that belong to the given places. A request that no route takes belongs to the API itself. */
function scopeOf(api: GatewayApi, places: readonly Place[], variable: Variable): Condition {
  const inside = api.routes.filter((own) => places.some(({ route }) => route === own));
  const whole = places.some(({ route }) => route === undefined);
  const routes = whole ? api.routes.filter((own) => !inside.includes(own)) : inside;
  if (routes.length === 0) return whole ? always : [];
  const taken = isOneOf(
    variable,
    routes.map(({ name }) => put('name', name)),
  );
  return all(whole ? not(taken) : taken);
}

/** `routeVariable` holds the name of the route that decides; by default that of the request. */
export function policy<Settings>(
  rendering: PolicyRendering<Settings>,
  routeVariable: Variable = 'route',
): Policy {
  const settingsIn = (context: Context) =>
    grouped(placesIn(context.model), (place) => rendering.settings(place)).map(({ settings }) => settings);
  const groupsOf = (api: GatewayApi) => grouped(placesOf(api), (place) => rendering.settings(place));
  // Hundreds of APIs have a few kinds of settings: the rules of each are made once for a configuration.
  const made = new WeakMap<Context, Map<string, Rules>>();
  const rulesOf = (api: GatewayApi, context: Context, { key, settings, places }: Group<Settings>): Rules => {
    const scope = scopeOf(api, places, routeVariable);
    const known = made.get(context) ?? new Map<string, Rules>();
    made.set(context, known);
    const whole = `${key} ${JSON.stringify(scope)}`;
    const rules = known.get(whole) ?? within(scope, rendering.rules(settings, context));
    known.set(whole, rules);
    return rules;
  };
  return {
    kind: (api) =>
      groupsOf(api)
        .map(({ key, places }) => `${key} ${places.map(({ route }) => route?.name ?? '').join()}`)
        .join('\n'),
    limits: (place) => {
      const settings = rendering.limits && rendering.settings(place);
      return (settings && rendering.limits?.(settings, place)) ?? [];
    },
    rules: (api, context) => together(groupsOf(api).map((group) => rulesOf(api, context, group))),
    growth: (place) => {
      const settings = rendering.growth && rendering.settings(place);
      return (settings && rendering.growth?.(settings, place)) ?? noGrowth;
    },
    sections: (context) => {
      const settings = settingsIn(context);
      return settings.length > 0 && rendering.sections ? rendering.sections(settings, context) : [];
    },
    files: (context) => {
      const settings = settingsIn(context);
      return settings.length > 0 && rendering.files ? rendering.files(settings, context) : {};
    },
  };
}
