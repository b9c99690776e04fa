import type { NounName, NounOf } from '../graph/resource';

/** A noun of a resource graph that is about to get its component: what a component takes instead of its arguments. */
export class Part<Name extends NounName = NounName> {
  /** @param transform the noun's own */
  constructor(
    readonly noun: NounOf<Name>,
    readonly transform?: unknown,
  ) {}
}

/** A part that stands in another one, which places its resources. */
export class InnerPart<Name extends NounName = NounName> extends Part<Name> {}
