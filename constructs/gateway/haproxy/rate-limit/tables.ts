/**
 * The tables that requests are counted in, by kind of caller: whoever the environment names has a place that nobody can
 * take, however many others there are. Those are as many as they like, so their tables are bounded by memory; a full
 * one forgets whoever was counted longest ago. See `policies/rate-limit/schema.ts` for what that promises.
 */
import type { GatewayModel } from '../../model';
import { line, put, type Text } from '../language/text';

/** `known`: consumers with a key, and APIs as a whole. */
export type CallerKind = 'known' | 'token' | 'address';

/** For a place that counts: how its key begins, and how many callers of a kind the environment names. */
export interface Counting {
  readonly kinds: readonly CallerKind[];
  readonly lengths: readonly number[];
  /** Callers of the kind `known`. */
  readonly knownCallers: number;
}

interface Form {
  /** Of its own for each kind: what is `known` has the name that all had before there were kinds. */
  readonly infix: Text;
  readonly key: Text;
  /** Memory of a count, measured on 2.6.12 and 3.2.26, the larger one. */
  readonly bytes: number;
}

const forms: Readonly<Record<CallerKind, Form>> = {
  /** API (20), route (40) and consumer (63), with `/` and `|` between. */
  known: { infix: line``, key: line`string len 128`, bytes: 390 },
  /** The same with `jwt:`, the issuer's label (8) and a subject (60). */
  token: { infix: line`token.`, key: line`string len 144`, bytes: 406 },
  /** A digest of API, route and address: half the memory, and so twice the addresses. */
  address: { infix: line`address.`, key: line`binary len 8`, bytes: 230 },
};

export const table = (kind: CallerKind, member: string, perSeconds: number): Text =>
  line`${put('name', member)}.${forms[kind].infix}${perSeconds}`;

/** Places for known callers where there are few: memory is taken only for who calls. */
const leastKnown = 10_000;

/** So much memory where the model says nothing. */
export const openCountsMiB = 48;

/** Counts of known callers that there can be in one member's table. */
const knownIn = (places: readonly Counting[], perSeconds: number): number =>
  places
    .filter(({ kinds, lengths }) => kinds.includes('known') && lengths.includes(perSeconds))
    .reduce((sum, { knownCallers }) => sum + knownCallers, 0);

const lengthsOf = (places: readonly Counting[], kind: CallerKind): number[] =>
  [...new Set(places.filter(({ kinds }) => kinds.includes(kind)).flatMap(({ lengths }) => lengths))].sort(
    (a, b) => a - b,
  );

/**
 * How many callers each table holds. Twice the known ones: during a roll the other member may still count for an
 * environment that named others. All others share the memory that is for them, each table the same.
 */
export function tableSizes(
  places: readonly Counting[],
  { members, countsMiB = openCountsMiB }: Pick<GatewayModel, 'members' | 'countsMiB'>,
): { readonly kind: CallerKind; readonly perSeconds: number; readonly size: number }[] {
  const open = (['token', 'address'] as const).flatMap((kind) =>
    lengthsOf(places, kind).map((perSeconds) => ({ kind, perSeconds })),
  );
  const bytesOfEach = (countsMiB * 1024 * 1024) / members.length / Math.max(1, open.length);
  return [
    ...lengthsOf(places, 'known').map((perSeconds) => ({
      kind: 'known' as const,
      perSeconds,
      size: Math.max(leastKnown, 2 * knownIn(places, perSeconds)),
    })),
    ...open.map((one) => ({ ...one, size: Math.floor(bytesOfEach / forms[one.kind].bytes) })),
  ];
}

/** Memory for all known callers at once, in all tables of a member. */
export const knownBytes = (places: readonly Counting[], members: number): number =>
  lengthsOf(places, 'known').reduce((sum, perSeconds) => sum + knownIn(places, perSeconds), 0) *
  members *
  forms.known.bytes;

/** The tables of all members: each writes its own and reads the others'. */
export const tableLines = (places: readonly Counting[], model: GatewayModel): Text[] =>
  tableSizes(places, model).flatMap(({ kind, perSeconds, size }) =>
    model.members.map(
      ({ name }) =>
        line`table ${table(kind, name, perSeconds)} type ${forms[kind].key} size ${size} expire ${2 * perSeconds + 10}s store gpt0,http_req_rate(${perSeconds}s)`,
    ),
  );
