/** What each container's process gets as its environment: nothing of the daemon's is in it but the search path. */
import type { Account, ContainerSpec } from './types';

export interface EnvironmentSources {
  readonly account: Pick<Account, 'secret'>;
  /** What a container may set otherwise. */
  readonly common: Readonly<Record<string, string>>;
  /** What the sandbox says in place of the network and the file system that Fargate gives a task. */
  readonly own: (container: string) => Readonly<Record<string, string>>;
}

/** By container. Secrets are read now and never again, as on ECS. */
export async function readEnvironments(
  containers: readonly ContainerSpec[],
  { account, common, own }: EnvironmentSources,
): Promise<Record<string, Record<string, string>>> {
  const entries = containers.map(async ({ name, environment, secrets }) => {
    const read = Object.entries(secrets).map(async ([variable, from]) => [
      variable,
      await account.secret(from),
    ]);
    const values = Object.fromEntries(await Promise.all(read));
    return [name, { ...common, ...environment, ...values, ...own(name) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
