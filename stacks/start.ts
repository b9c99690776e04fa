/** What a project has for its engine: the program that the engine's command line runs, its configuration, its packages. */

export interface Start {
  /** The engine's own configuration file, at the top of the project. */
  readonly configuration: { readonly path: string; readonly text: string };
  /** `infrastructure/main.ts`. @param isModule whether the project's files are ES modules */
  program(isModule: boolean): string;
  /** Packages that what is deployed is made of, and those that only work on it. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** What git leaves out. */
  readonly ignored: readonly string[];
  /** Checks all environments without an account. */
  synth(environment: string): string;
  /** Once, before the first deploy. */
  before?(environment: string): string;
  /** Folder that `synth` writes what is deployed into. */
  readonly out: string;
  /** Names of files there that say nothing of what is deployed, and are not compared. */
  readonly notCompared: readonly string[];
}

/** Where a project's program stands. */
export const PROGRAM = 'infrastructure/main.ts';

export const jsonFile = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A program that hands on what the package has for an engine. */
export const appOf = (
  engine: string,
) => `// Deploys the files of environments/, one stack each. Stacks of your own may stand beside it.
import 'stagecraft/${engine}/app';
`;
