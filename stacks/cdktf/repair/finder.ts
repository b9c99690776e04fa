/** What the finders of this folder have in common. */
import type { RepairClients } from './clients';

/** The settings that a resource is planned with, as Terraform names them. What only the apply will tell is absent. */
export type Planned = Readonly<Record<string, unknown>>;

/** Where to look, and whose it must be. */
export interface Search {
  readonly clients: RepairClients;
  /** What the tag `stagecraft:environment` must say. */
  readonly environment: string;
}

/** @returns the id that Terraform imports it by; undefined when there is none, or it is somebody else's */
export type Finder = (planned: Planned, search: Search) => Promise<string | undefined>;

/** A setting that the search needs is not known yet: what it names is still to be made, so this is too. */
export class NotYetKnown extends Error {}

/** @throws NotYetKnown */
export function named(planned: Planned, name: string): string {
  const value = planned[name];
  if (typeof value !== 'string' || value === '') throw new NotYetKnown(name);
  return value;
}

/** A tag as one service or another writes it. */
interface Tag {
  readonly Key?: string;
  readonly key?: string;
  readonly Value?: string;
  readonly value?: string;
}

export const ENVIRONMENT_TAG = 'stagecraft:environment';
/** On what CloudFormation has made: it is a stack's, and no other engine may take it. */
const STACK_TAG = 'aws:cloudformation:stack-name';

/** Whether a resource is of this environment, and of no stack. */
export function isOurs(
  tags: readonly Tag[] | Readonly<Record<string, string>> | undefined,
  { environment }: Search,
): boolean {
  const byKey = Array.isArray(tags)
    ? new Map((tags as readonly Tag[]).map((tag) => [tag.Key ?? tag.key, tag.Value ?? tag.value]))
    : new Map(Object.entries((tags ?? {}) as Readonly<Record<string, string>>));
  return byKey.get(ENVIRONMENT_TAG) === environment && !byKey.has(STACK_TAG);
}

/** The answer, or undefined when AWS says that there is no such thing. */
export async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { name } = error as Error;
    if (/NotFound|NoSuch|NotExist|DoesNotExist/i.test(name)) return undefined;
    throw error;
  }
}
