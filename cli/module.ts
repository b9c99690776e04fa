/** `stagecraft module`: an environment as a plain Terraform module. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Stage } from '../constructs/blueprint/schema';
import { terraformModule } from '../constructs/terraform/module';
import { blueprints } from '../stacks/blueprints';
import type { Project } from '../stacks/project';
import type { Output } from './output';

export interface ModuleOptions {
  readonly environment: string;
  readonly stage?: Stage;
  /** Folder to write into. @default `modules/<environment>` */
  readonly out?: string;
}

/**
 * Writes the module's files; what else stands in the folder stays.
 * @throws Problems what is wrong with the environment; nothing is written then
 */
export function writeModule(
  { environments }: Project,
  { environment, stage, out = path.join('modules', environment) }: ModuleOptions,
  output: Output,
): void {
  const stages = stage && { [environment]: stage };
  const [blueprint] = blueprints({ environments, only: [environment], stages }).sound;
  if (blueprint === undefined) throw new Error(`There is no blueprint of ${environment}.`);
  const files = Object.entries(terraformModule(blueprint)).map(
    ([name, document]) => [path.join(out, name), `${JSON.stringify(document, null, 2)}\n`] as const,
  );
  mkdirSync(out, { recursive: true });
  for (const [file, text] of files) writeFileSync(file, text);
  output.document({ environment, stage: blueprint.stage, files: files.map(([file]) => file) });
  for (const [file] of files) output.line(file);
}
