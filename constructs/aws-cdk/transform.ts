/**
 * The first of two ways out: a function that gets the settings of one child just before it is made, and
 * gives back those to use. The second way out are the children themselves, which every construct shows.
 *
 * ```ts
 * transform: { targetGroup: (config) => ({ ...config, slowStart: 30 }) }
 * ```
 */
export type Transform<Config> = (config: Config) => Config;

/** What a child is made with. */
export function transformed<Config>(config: Config, transform: Transform<Config> | undefined): Config {
  return transform === undefined ? config : transform(config);
}
