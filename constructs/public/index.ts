/**
 * `stagecraft`: environment files, what they decide, and what is wrong with them. No engine's package is loaded.
 *
 * ```ts
 * import { loadEnvironment, resolve } from 'stagecraft';
 *
 * const blueprint = resolve(loadEnvironment('environments/prod.yaml'));
 * ```
 */
export type * as blueprint from '../blueprint/blueprint';
export type { Blueprint } from '../blueprint/blueprint';
export { environmentJsonSchema } from '../blueprint/json-schema';
export { listEnvironments, loadEnvironment, parseEnvironment } from '../blueprint/load';
export { resolve } from '../blueprint/resolve';
export type { Api, Environment, EnvironmentInput, Stage } from '../blueprint/schema';
export { formatPath, formatProblems, type Path, type Problem, Problems } from '../problems';
