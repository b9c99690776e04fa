/** Pulumi's deploy steps: its CLI runs the stack's program and deploys what that asks for into the sandbox. */
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import type { Stage } from '../../constructs/blueprint/schema';
import { environmentGraph } from '../../constructs/graph/environment';
import { inOrder } from '../../constructs/graph/walk';
import { translate } from '../../constructs/terraform/translate';
import { asideText, ownLocalState } from '../account-mark';
import { blueprints } from '../blueprints';
import type { Changes, Deployment, DeploymentOptions } from '../engine';
import type { Project } from '../project';
import { type PulumiOptions, parseEvent, runPulumi } from './cli';
import { makeWorkspace, pulumiEnvironment, stateOf } from './workspace';

/** A step of `pulumi preview --json`. */
export interface Step {
  /** `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, `same`, … */
  readonly op: string;
  /** `urn:pulumi:<stack>::<project>::<types of its parents>$<type>::<name>` */
  readonly urn: string;
  readonly replaceReasons?: readonly string[];
}

const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').at(-1) ?? '';
const nameOf = (urn: string): string => urn.split('::').slice(3).join('::');

/** What a preview would do to AWS: components and providers are Pulumi's own. A replacement counts as a change. */
export function countChanges(steps: readonly Step[]): Changes {
  const ofAws = steps.filter(({ urn }) => typeOf(urn).startsWith('aws:'));
  const count = (...ops: readonly string[]) => ofAws.filter(({ op }) => ops.includes(op)).length;
  const replaced = ofAws.filter(({ op }) => op === 'replace');
  return {
    add: count('create'),
    change: count('update', 'replace'),
    remove: count('delete'),
    replace: replaced.filter(({ urn }) => typeOf(urn) !== 'aws:ecs/taskDefinition:TaskDefinition').length,
    replacements: replaced.map(({ urn, replaceReasons = [] }) => ({
      type: typeOf(urn),
      address: nameOf(urn),
      because: [...new Set(replaceReasons)],
    })),
    repaired: [],
  };
}

export class PulumiDeployment implements Deployment {
  private constructor(
    private readonly blueprint: Blueprint,
    private readonly pulumi: PulumiOptions,
    private readonly sandbox: string,
    private readonly instance: string,
  ) {}

  /** The CLI runs the program; what is wrong with the environment file is said before. */
  static async synthesize(
    { environments, sandbox }: Project,
    { environment, stage, access, instance }: DeploymentOptions,
    signal: AbortSignal,
  ): Promise<PulumiDeployment> {
    const stages = stage ? { [environment]: stage } : {};
    const [blueprint] = blueprints({ environments, only: [environment], stages }).sound;
    if (!blueprint) throw new Error(`there is no blueprint of ${environment}`);
    const variables = {
      ...pulumiEnvironment(sandbox, access),
      STAGECRAFT_ENVIRONMENTS: environments,
      STAGECRAFT_STAGE: blueprint.stage,
    };
    const pulumi = { folder: makeWorkspace(sandbox), environment: variables, signal };
    return new PulumiDeployment(blueprint, pulumi, sandbox, instance);
  }

  get stage(): Stage {
    return this.blueprint.stage;
  }

  get resourceCount(): number {
    return inOrder(environmentGraph(this.blueprint)).flatMap(({ resource }) => translate(resource)).length;
  }

  async prepare(): Promise<string | undefined> {
    const { environment: stack } = this.blueprint;
    const aside = ownLocalState(stateOf(this.sandbox), this.instance, this.sandbox);
    await runPulumi(this.pulumi, ['stack', 'select', '--create', '--stack', stack]);
    return aside && asideText(aside);
  }

  async plan(): Promise<Changes> {
    const text = await runPulumi(this.pulumi, ['preview', '--json', ...this.stack]);
    return countChanges((JSON.parse(text) as { steps?: readonly Step[] }).steps ?? []);
  }

  async apply(say: (text: string) => void): Promise<void> {
    let done = 0;
    await runPulumi(this.pulumi, ['up', '--yes', '--skip-preview', '--json', ...this.stack], (line) => {
      const { op, urn = '' } = parseEvent(line)?.resOutputsEvent?.metadata ?? {};
      if (op !== undefined && op !== 'same') say(`${++done} ${nameOf(urn)}: ${op}`);
    });
  }

  private get stack(): readonly string[] {
    return ['--stack', this.blueprint.environment];
  }
}
