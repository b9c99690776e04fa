import type { LogGroup, MetricFilter } from '../blueprint/blueprint';
import { type NounOf, ref, resource, type Value } from './resource';

export interface ObservabilityResources {
  readonly 'log-group': {
    readonly name: string;
    readonly retentionDays: number;
    /** One that stays behind keeps its name, and whoever takes the environment away could not deploy it again. */
    readonly deletionPolicy: 'Delete';
  };
  readonly 'metric-filter': Omit<MetricFilter, 'id'> & { readonly logGroupName: Value };
}

/** What others need of a log group. */
export interface LogGroupLink {
  readonly arn: Value;
  readonly name: Value;
}

interface LogGroupOptions {
  readonly deletionProtection?: boolean;
  readonly transform?: readonly string[];
}

/** Where a service's log lines go, how long they are kept, and which numbers CloudWatch makes of them. */
export function logGroup(
  id: string,
  settings: LogGroup,
  { deletionProtection = false, transform = ['logGroup'] }: LogGroupOptions = {},
): { readonly noun: NounOf<'log-group'>; readonly link: LogGroupLink } {
  const { name, retentionDays, metricFilters = [] } = settings;
  const group = resource(
    'log-group',
    'Group',
    { name, retentionDays, deletionPolicy: 'Delete' },
    { transform: 'group', lifetime: deletionProtection ? { preventDestroy: true } : {} },
  );
  const logGroupName = ref(group, 'name');
  const filters = metricFilters.map(({ id: filter, ...about }) =>
    resource('metric-filter', filter, { ...about, logGroupName }, { transform: 'metricFilter' }),
  );
  return {
    noun: {
      noun: 'log-group',
      id,
      settings,
      resources: [group, ...filters],
      nouns: [],
      waits: [],
      transform,
    },
    link: { arn: ref(group, 'arn'), name: logGroupName },
  };
}
