/**
 * Values that an engine knows only later (tokens, outputs, constructs), where the words ask for an id, an ARN or the value
 * of a container's variable. Each is checked as a stand-in of the right form, named by its place, and put back when the
 * graph is made. What is not the whole of a text cannot be put back: one text depends on a stand-in, the name of a target
 * group, which is of its VPC. With a VPC that is known later the name is the same for each VPC.
 */
import { createHash } from 'node:crypto';
import { accountId, regionCode } from '../blueprint/fields';
import { partitionOf } from '../blueprint/regions';
import type { EnvironmentInput } from '../blueprint/schema';
import type { Noun } from '../graph/resource';
import { isOutside, isRef, outside } from '../graph/value';
import { formatPath, type Path, type Problem } from '../problems';

/** What an engine says of its own values. */
export interface Engine {
  readonly isLater: (value: unknown) => boolean;
  /** What a value is where an id or an ARN is read. @default the value itself */
  readonly idOf?: (value: unknown) => unknown;
}

/** What a text of the words stands for. */
export interface Later {
  readonly value: unknown;
  /** The same where an id or an ARN is read: a token, an output. */
  readonly id: unknown;
}

/** Where what is stood in for is taken to be. */
interface Whereabouts {
  readonly region: string;
  readonly account: string;
}

/** Words whose values may be of an engine: what they are, `checked` finds out. */
export type Words = { readonly [Key in keyof EnvironmentInput]?: unknown };

type StandIn = (digits: string, where: Whereabouts) => string;

const arn =
  (service: string, resource: (digits: string) => string): StandIn =>
  (digits, { region, account }) =>
    `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource(digits)}`;

/** As the words say, so that nothing is told of a stand-in. What they say wrongly is told by itself, and anything does here. */
const whereaboutsOf = ({ region, account }: Words): Whereabouts => ({
  region: regionCode.safeParse(region).data ?? 'eu-central-1',
  account: accountId.safeParse(account).data ?? '000000000000',
});

/** Of the cluster, whose name is taken from its ARN. */
const LATER_NAME = 'known-only-later';

/** `*` is any name or number. */
const PLACES: readonly (readonly [readonly string[], StandIn])[] = [
  [['network', 'vpc'], (digits) => `vpc-${digits}`],
  [['network', 'publicSubnets', '*'], (digits) => `subnet-${digits}`],
  [['network', 'privateSubnets', '*'], (digits) => `subnet-${digits}`],
  [['cluster', 'arn'], arn('ecs', () => `cluster/${LATER_NAME}`)],
  [['namespace', 'id'], (digits) => `ns-${digits}`],
  [['listener', 'arn'], arn('elasticloadbalancing', (digits) => `listener/app/later/${digits}/${digits}`)],
  [['listener', 'securityGroup'], (digits) => `sg-${digits}`],
  [['domain', 'certificateArn'], arn('acm', (digits) => `certificate/${digits}`)],
  [['domain', 'hostedZone', 'id'], (digits) => `Z${digits.toUpperCase()}`],
  [['apis', '*', 'environment', '*'], (digits) => `later-${digits}`],
  [['apis', '*', 'secrets', '*'], arn('secretsmanager', (digits) => `secret:later-${digits}`)],
  [['apis', '*', 'kmsKeys', '*'], arn('kms', (digits) => `key/${digits}`)],
];

const standInAt = (path: Path): StandIn | undefined =>
  PLACES.find(
    ([place]) =>
      place.length === path.length && place.every((step, index) => step === '*' || step === path[index]),
  )?.[1];

export interface Told {
  /** The words, with stand-ins for what is known later, and without what is undefined. */
  readonly data: unknown;
  /** What each stand-in stands for. */
  readonly later: ReadonlyMap<string, Later>;
  readonly problems: readonly Problem[];
}

/** An object of some class: no word. */
const isForeign = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ![Object.prototype, null].includes(Object.getPrototypeOf(value)));

/** Takes what an engine knows only later out of words. */
export function told(words: Words, { isLater, idOf = (value) => value }: Engine): Told {
  const where = whereaboutsOf(words);
  const later = new Map<string, Later>();
  const problems: Problem[] = [];
  const taken = (value: unknown, path: Path): unknown => {
    if (isLater(value) || isForeign(value)) {
      const standIn = standInAt(path);
      if (standIn === undefined) problems.push(tooLate(path));
      const digits = createHash('sha256').update(formatPath(path)).digest('hex').slice(0, 17);
      const text = standIn?.(digits, where);
      if (text !== undefined) later.set(text, { value, id: idOf(value) });
      return text;
    }
    if (Array.isArray(value)) return value.map((one, index) => taken(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, one]) => [key, taken(one, [...path, key])] as const);
    return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
  };
  return { data: taken(words, []), later, problems };
}

const tooLate = (path: Path): Problem => ({
  code: 'LATER_VALUE',
  path,
  message: 'What stands here must be known now: names, numbers and the texts of the gateways are made of it.',
  allowed: 'a value that is known when the program runs; ids and ARNs may be known later',
  fix: 'Write the value itself.',
});

/** The same data, with what is put for each text that stands for a value. */
function filled<Data>(data: Data, later: ReadonlyMap<string, Later>, put: (one: Later) => unknown): Data {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const one = later.get(value);
      return one === undefined ? value : put(one);
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null || isRef(value) || isOutside(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one)]));
  };
  return (later.size === 0 ? data : fill(data)) as Data;
}

/** A part of a blueprint, with the engine's ids in the places of what stands for them. */
export const withIds = <Data>(data: Data, later: ReadonlyMap<string, Later>): Data =>
  filled(data, later, ({ id }) => id);

/** Puts the values back: into the settings of the resources, and their ids into what the nouns are made from. */
export function withValues<Some extends Noun>(noun: Some, later: ReadonlyMap<string, Later>): Some {
  if (later.size === 0) return noun;
  // One for each: whoever asks whether two are the same is told.
  const values = new Map([...later.values()].map((one) => [one, outside(one.value)]));
  const fill = (one: Noun): void => {
    // Others refer to a resource as it stands, so it stays the one that it is.
    for (const made of one.resources)
      Object.assign(made, { settings: filled(made.settings, later, (each) => values.get(each)) });
    Object.assign(one, { settings: withIds(one.settings, later) });
    one.nouns.forEach(fill);
  };
  fill(noun);
  return noun;
}
