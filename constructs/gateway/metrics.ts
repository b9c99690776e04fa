/** What a data plane measures of itself, as a collector beside it reads it. */

/** Metrics that CloudWatch gets: each name is one metric for each value of the label. */
export interface ChosenMetrics {
  /** `member`, which the collector adds, or a label of the data plane's. */
  readonly label: string;
  readonly names: readonly string[];
}

/** The data plane's metrics in Prometheus' text format, on its status port. */
export interface PlaneMetrics {
  readonly path: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Series that say nothing of an API or a member: those whose label has a value like that (RE2, whole value). */
  readonly internal: { readonly label: string; readonly pattern: string };
  readonly chosen: readonly ChosenMetrics[];
}
