/**
 * The first of two ways out: a function that gets the settings of one child just before it is made, and
 * gives back those to use. The second way out are the children themselves, which every component shows.
 *
 * ```ts
 * transform: { targetGroup: (args) => ({ ...args, slowStart: 30 }) }
 * ```
 */
export type Transform<Args> = (args: Args) => Args;
