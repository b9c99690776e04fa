import type { MetricFilter } from '../../blueprint/blueprint';
import type { Value } from '../value';

export interface ObservabilityResources {
  readonly 'log-group': {
    readonly name: string;
    readonly retentionDays: number;
    /** One that stays behind keeps its name, and whoever takes the environment away could not deploy it again. */
    readonly deletionPolicy: 'Delete';
  };
  readonly 'metric-filter': Omit<MetricFilter, 'id'> & { readonly logGroupName: Value };
}
