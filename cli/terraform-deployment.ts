/** The CDKTF engine's deploy steps: Terraform applies what was synthesized into the sandbox. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../constructs/blueprint/schema';
import {
  findProvider,
  parseEvent,
  runTerraform,
  type TerraformOptions,
  terraformEnvironment,
} from '../sandbox/terraform';
import { type SynthesizedStack, synthesize } from '../stacks/cdktf/synthesize';
import type { Project } from './context';
import type { Changes, Deployment, DeploymentOptions } from './deployment';

interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly change: { readonly actions: readonly string[] };
}

/** A provider from a mirror may be older than the one that the bindings were made for. */
const MIRRORED_PROVIDER = '>= 5.100';

const isReplacement = ({ type, change }: PlannedChange): boolean =>
  type !== 'aws_ecs_task_definition' &&
  change.actions.includes('create') &&
  change.actions.includes('delete');

export class TerraformDeployment implements Deployment {
  private constructor(
    private readonly stack: SynthesizedStack,
    private readonly terraform: TerraformOptions,
    private planned = 0,
  ) {}

  static async synthesize(
    project: Project,
    options: DeploymentOptions,
    signal: AbortSignal,
  ): Promise<TerraformDeployment> {
    const source = findProvider();
    const [stack] = synthesize({
      environments: project.environments,
      outdir: join(project.sandbox, 'cdktf.out'),
      only: [options.environment],
      stages: options.stage ? { [options.environment]: options.stage } : {},
      root: project.root,
      awsProviderVersion:
        process.env.STAGECRAFT_AWS_PROVIDER_VERSION ?? (source.mirror ? MIRRORED_PROVIDER : undefined),
    });
    if (!stack) throw new Error(`environment ${options.environment} was not synthesized`);
    const environment = terraformEnvironment(
      project.sandbox,
      stack.blueprint.region,
      options.emulatorPort,
      source,
    );
    return new TerraformDeployment(stack, { folder: stack.workingFolder, environment, signal });
  }

  get stage(): Stage {
    return this.stack.blueprint.stage;
  }

  get resourceCount(): number {
    const text = readFileSync(join(this.stack.workingFolder, 'cdk.tf.json'), 'utf8');
    const { resource = {} } = JSON.parse(text) as { resource?: Record<string, Record<string, unknown>> };
    return Object.values(resource).reduce((sum, byName) => sum + Object.keys(byName).length, 0);
  }

  async prepare(): Promise<void> {
    await runTerraform(this.terraform, ['init', '-input=false', '-no-color']);
  }

  async plan(say: (text: string) => void): Promise<Changes> {
    const args = ['plan', '-input=false', '-json', '-out=plan.tfplan', '-detailed-exitcode'];
    await runTerraform(this.terraform, args, (line) => say(parseEvent(line)?.message ?? ''), [0, 2]);
    const { stdout } = await runTerraform(this.terraform, ['show', '-json', 'plan.tfplan']);
    const plan = JSON.parse(stdout) as { resource_changes?: PlannedChange[] };
    const changes = (plan.resource_changes ?? []).filter(
      ({ change }) => change.actions[0] !== 'no-op' && change.actions[0] !== 'read',
    );
    const count = (action: string) => changes.filter(({ change }) => change.actions.includes(action)).length;
    this.planned = changes.reduce((sum, { change }) => sum + change.actions.length, 0);
    return {
      add: count('create'),
      change: count('update'),
      remove: count('delete'),
      replace: changes.filter(isReplacement).length,
    };
  }

  async apply(say: (text: string) => void): Promise<void> {
    let done = 0;
    await runTerraform(this.terraform, ['apply', '-input=false', '-json', 'plan.tfplan'], (line) => {
      const event = parseEvent(line);
      if (event?.type === 'apply_complete') done++;
      if (event?.address) say(`${done}/${this.planned} ${event.message}`);
    });
  }
}
