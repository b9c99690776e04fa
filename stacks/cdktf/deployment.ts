/** The CDKTF engine's deploy steps: Terraform applies what was synthesized into the sandbox. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Stage } from '../../constructs/blueprint/schema';
import { type Aside, asideText, markAccount, ownLocalState } from '../account-mark';
import type { Changes, Deployment, DeploymentOptions, Replacement } from '../engine';
import type { Project } from '../project';
import type { PlannedResource } from './repair/adopt';
import { repairClients } from './repair/clients';
import type { Search } from './repair/finder';
import { forgetFound, planRepaired } from './repair/terraform';
import { type SynthesizedStack, synthesize } from './synthesize';
import { initTerraform, parseEvent, runTerraform, type TerraformOptions } from './terraform';
import { findProvider, providerVersion, terraformEnvironment } from './terraform-provider';

/** A resource of `terraform show -json`. https://developer.hashicorp.com/terraform/internals/json-format */
export interface PlannedChange extends PlannedResource {
  /** `replace_because_tainted`, … */
  readonly action_reason?: string;
  readonly change: PlannedResource['change'] & {
    /** What makes a replacement necessary, each a path into the settings. */
    readonly replace_paths?: readonly (readonly (string | number)[])[];
    /** Present when it is taken over. */
    readonly importing?: object;
  };
}

const isNothing = ([first]: readonly string[]): boolean => first === 'no-op' || first === 'read';

const isReplacement = ({ type, change }: PlannedChange): boolean =>
  type !== 'aws_ecs_task_definition' &&
  change.actions.includes('create') &&
  change.actions.includes('delete');

/**
 * What is replaced because it cannot be changed. Not counted: what a failed create has left unusable, and what is taken
 * over in this very plan, as nobody uses either.
 */
export function replacements(changes: readonly PlannedChange[]): Replacement[] {
  return changes
    .filter((one) => isReplacement(one) && !one.change.importing)
    .filter(({ action_reason }) => action_reason !== 'replace_because_tainted')
    .map(({ type, address, change }) => ({
      type,
      address,
      because: [...new Set((change.replace_paths ?? []).map((path) => path.join('.')))],
    }));
}

export class TerraformDeployment implements Deployment {
  private constructor(
    private readonly stack: SynthesizedStack,
    private readonly terraform: TerraformOptions,
    private readonly search: Search,
    private readonly ownState: () => Aside | undefined,
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
      awsProviderVersion: process.env.STAGECRAFT_AWS_PROVIDER_VERSION ?? providerVersion(source),
    });
    if (!stack) throw new Error(`environment ${options.environment} was not synthesized`);
    const { access, instance } = options;
    const environment = terraformEnvironment(project.sandbox, access, source);
    const search = { clients: repairClients(access), environment: stack.blueprint.environment };
    const { workingFolder: folder } = stack;
    const { state } = stack.blueprint;
    // A state in S3 is in the account, and gone with it.
    const ownState = () =>
      state.kind === 'local'
        ? ownLocalState(resolve(project.root, state.path), instance, project.sandbox)
        : markAccount(join(folder, 'state'), instance);
    return new TerraformDeployment(stack, { folder, environment, signal }, search, ownState);
  }

  get stage(): Stage {
    return this.stack.blueprint.stage;
  }

  get resourceCount(): number {
    const text = readFileSync(join(this.stack.workingFolder, 'cdk.tf.json'), 'utf8');
    const { resource = {} } = JSON.parse(text) as { resource?: Record<string, Record<string, unknown>> };
    return Object.values(resource).reduce((sum, byName) => sum + Object.keys(byName).length, 0);
  }

  async prepare(): Promise<string | undefined> {
    const aside = this.ownState();
    await initTerraform(this.terraform);
    return aside && asideText(aside);
  }

  async plan(say: (text: string) => void): Promise<Changes> {
    const { resources, repaired } = await planRepaired<PlannedChange>(this.terraform, this.search, say);
    const changes = resources.filter(({ change }) => change.importing || !isNothing(change.actions));
    const count = (action: string) => changes.filter(({ change }) => change.actions.includes(action)).length;
    this.planned = changes.reduce((sum, { change }) => sum + change.actions.length, 0);
    return {
      add: count('create'),
      change: count('update'),
      remove: count('delete'),
      replace: changes.filter(isReplacement).length,
      replacements: replacements(changes),
      repaired: [...repaired.kept, ...repaired.found.map(({ to }) => to)],
    };
  }

  async apply(say: (text: string) => void): Promise<void> {
    let done = 0;
    await runTerraform(this.terraform, ['apply', '-input=false', '-json', 'plan.tfplan'], (line) => {
      const event = parseEvent(line);
      if (event?.type === 'apply_complete') done++;
      if (event?.address) say(`${done}/${this.planned} ${event.message}`);
    });
    forgetFound(this.terraform);
  }
}
