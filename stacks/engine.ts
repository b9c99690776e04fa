/** What an engine is to the command line: one object. A new one is a folder beside this file, and a line in `engines.ts`. */

import type { KeptKind } from '../constructs/blueprint/lifetimes';
import type { Stage } from '../constructs/blueprint/schema';
import type { SandboxAccess } from '../sandbox/credentials';
import type { Need } from '../sandbox/needs';
import type { Project } from './project';
import type { Start } from './start';

export interface Engine {
  /** As `--engine` takes it, and the sandbox remembers it. */
  readonly name: string;
  /** As a sentence names it. */
  readonly title: string;
  /** Deploys only where it is asked for by name. @default false: it may be chosen for who names none */
  readonly onlyWhenAsked?: true;
  /** What the steps of `up` are called. */
  readonly steps: Readonly<Record<'prepare' | 'plan' | 'apply', string>>;
  /** The program or the packages that must be on the machine. */
  readonly needs: Need;
  /** The types of its plans that are made once, and what each is. */
  readonly kept: Readonly<Record<string, KeptKind>>;
  /** Environment file -> what is deployed. Only now are the engine's own packages loaded. */
  synthesize(project: Project, options: DeploymentOptions, signal: AbortSignal): Promise<Deployment>;
  /** What its own command line needs to deploy into the running sandbox, beside what every AWS SDK reads. */
  variables(project: Project, access: SandboxAccess): Readonly<Record<string, string>>;
  /** What a person types to deploy an environment to an account. */
  deployCommand(environment: string): string;
  /** What a project that begins with it has. */
  readonly start: Start;
  /** Absent: the engine has nothing to repair. */
  readonly repair?: Repair;
}

export interface Repair {
  /** What it does, in a sentence without its end. */
  readonly does: string;
  /**
   * Lets the next deploy to an account go on from what a failed one has left. Changes the engine's own record, and no
   * resource.
   *
   * @returns what was repaired, a line each
   */
  run(project: Project, options: RepairOptions): Promise<readonly string[]>;
}

export interface RepairOptions {
  readonly environment: string;
  readonly region: string;
  say(text: string): void;
}

export interface DeploymentOptions {
  readonly environment: string;
  readonly stage?: Stage;
  /** The sandbox that it goes to. */
  readonly access: SandboxAccess;
  /** Of the sandbox: another one is another, empty account. */
  readonly instance: string;
}

/** An environment that is synthesized, on its way into the sandbox. */
export interface Deployment {
  readonly stage: Stage;
  readonly resourceCount: number;
  /** What the engine needs before it can plan. @returns in words, what it found that its user should know */
  prepare(say: (text: string) => void): Promise<string | undefined>;
  /** What would change; changes nothing. */
  plan(say: (text: string) => void): Promise<Changes>;
  /** Does what was planned. */
  apply(say: (text: string) => void): Promise<void>;
}

/** What a plan would do. `replace` counts those that would be made anew, beyond new task definitions. */
export interface Changes {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly replace: number;
  /** Those of `replace` that could not be changed in place, and why. */
  readonly replacements: readonly Replacement[];
  /** What a deploy before left half-made, and this one goes on with: by address. */
  readonly repaired: readonly string[];
}

/** A resource that a plan makes anew. */
export interface Replacement {
  readonly type: string;
  /** Where it stands in the configuration. */
  readonly address: string;
  /** The settings that cannot be changed in place: `cidr_block`. */
  readonly because: readonly string[];
}

/** What was repaired must be applied, though nothing else changes. */
export const isEmpty = ({ add, change, remove, repaired }: Changes): boolean =>
  add + change + remove + repaired.length === 0;
