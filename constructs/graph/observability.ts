import type { LogGroup } from '../blueprint/blueprint';
import { type NounOf, resource } from './resource';
import { ref, type Value } from './value';

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
