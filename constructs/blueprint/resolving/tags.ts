import type { Environment } from '../schema';

/** Tells where a resource comes from. */
export const ownTags = ({ name }: Environment): Record<string, string> => ({
  'stagecraft:environment': name,
});

/** Tags on everything; the file's own win. */
export const resolveTags = (environment: Environment): Record<string, string> => ({
  ...ownTags(environment),
  ...environment.tags,
});
