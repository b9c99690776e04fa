import type { NounName, NounOf } from './resource';

/** A noun of a resource graph that is about to get its construct: what a construct takes instead of its props. */
export class Part<Name extends NounName = NounName> {
  /** @param transform the noun's own */
  constructor(
    readonly noun: NounOf<Name>,
    readonly transform?: unknown,
  ) {}
}

/** A part that stands in another one, which places its resources. */
export class InnerPart<Name extends NounName = NounName> extends Part<Name> {}
