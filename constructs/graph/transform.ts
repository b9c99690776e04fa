/**
 * The first of two ways out: a function that gets the settings of one child just before it is made, and
 * gives back those to use. The second way out are the children themselves, which every construct shows.
 *
 * ```ts
 * transform: { targetGroup: (config) => ({ ...config, slowStart: 30 }) }
 * ```
 */
export type Transform<Config> = (config: Config) => Config;
