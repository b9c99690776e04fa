/**
 * Finds what a deploy made that the state does not know: AWS did what it was asked, and the answer was lost with a Ctrl-C
 * or a broken connection. Terraform takes it over by an `import` block.
 * https://developer.hashicorp.com/terraform/language/import
 */
import { type Finder, NotYetKnown, type Planned, type Search } from './finder';
import { identityFinders } from './identity-finders';
import { networkFinders } from './network-finders';
import { serviceFinders } from './service-finders';

/** A resource of a plan, as `terraform show -json` tells it. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly change: { readonly actions: readonly string[]; readonly after: Planned | null };
}

/** What an `import` block says. */
export interface Import {
  /** Address of the resource. */
  readonly to: string;
  readonly id: string;
}

export const finders: Readonly<Record<string, Finder>> = {
  ...networkFinders,
  ...serviceFinders,
  ...identityFinders,
};

/** To make one of these again does no harm: AWS takes it as an update. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  'aws_acm_certificate_validation',
  'aws_appautoscaling_policy',
  'aws_appautoscaling_target',
  'aws_cloudwatch_log_metric_filter',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_secretsmanager_secret_version',
]);

/**
 * Looks for each resource that a plan would create. Changes nothing.
 *
 * @param known ids and ARNs in the state: what has an address already is never taken for another
 */
export async function findMade(
  resources: readonly PlannedResource[],
  search: Search,
  known: ReadonlySet<string>,
): Promise<Import[]> {
  const found: Import[] = [];
  for (const { address, type, change } of resources) {
    if (change.actions.length !== 1 || change.actions[0] !== 'create') continue;
    const id = await find(type, change.after ?? {}, search);
    if (id !== undefined && !known.has(id)) found.push({ to: address, id });
  }
  return found;
}

async function find(type: string, planned: Planned, search: Search): Promise<string | undefined> {
  try {
    return await finders[type]?.(planned, search);
  } catch (error) {
    if (error instanceof NotYetKnown) return undefined;
    throw error;
  }
}
