/** The AWS CDK engine's deploy steps: the cdk CLI deploys the template into the sandbox's CloudFormation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Change,
  ChangeSetNotFoundException,
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  paginateDescribeChangeSet,
  type ResourceChange,
} from '@aws-sdk/client-cloudformation';
import type { Stage } from '../constructs/blueprint/schema';
import { type CdkOptions, cdkEnvironment, parseProgress, runCdk } from '../sandbox/cdk';
import { type SynthesizedStack, synthesize } from '../stacks/aws-cdk/synthesize';
import { sandboxAccess } from './aws';
import type { Project } from './context';
import type { Changes, Deployment, DeploymentOptions } from './deployment';

const CHANGE_SET = 'stagecraft-up';
/** The account that the emulator's credentials are of. */
const ACCOUNT = '123456789012';
const POLL_MILLISECONDS = 1000;

const isReplacement = ({ ResourceType, Replacement }: ResourceChange): boolean =>
  ResourceType !== 'AWS::ECS::TaskDefinition' && (Replacement === 'True' || Replacement === 'Conditional');

/** What a change set would do. */
export function countChanges(changes: readonly Change[]): Changes {
  const resources = changes.flatMap(({ ResourceChange }) => (ResourceChange ? [ResourceChange] : []));
  const count = (action: string) => resources.filter(({ Action }) => Action === action).length;
  return {
    add: count('Add'),
    change: count('Modify'),
    remove: count('Remove'),
    replace: resources.filter(isReplacement).length,
  };
}

export class CdkDeployment implements Deployment {
  private constructor(
    private readonly stack: SynthesizedStack,
    private readonly cdk: CdkOptions,
    private readonly aws: CloudFormationClient,
  ) {}

  static async synthesize(
    project: Project,
    options: DeploymentOptions,
    signal: AbortSignal,
  ): Promise<CdkDeployment> {
    const { environment, stage, emulatorPort } = options;
    const assembly = join(project.sandbox, 'cdk.out');
    const [stack] = synthesize({
      environments: project.environments,
      outdir: assembly,
      only: [environment],
      stages: stage ? { [environment]: stage } : {},
    });
    if (!stack) throw new Error(`environment ${environment} was not synthesized`);
    const { region } = stack.blueprint;
    const variables = cdkEnvironment(project.sandbox, region, emulatorPort);
    const aws = new CloudFormationClient(sandboxAccess(region, emulatorPort));
    return new CdkDeployment(stack, { assembly, environment: variables, signal }, aws);
  }

  get stage(): Stage {
    return this.stack.blueprint.stage;
  }

  get resourceCount(): number {
    const { Resources } = JSON.parse(readFileSync(this.stack.templateFile, 'utf8')) as { Resources: object };
    return Object.keys(Resources).length;
  }

  /** CDK's default bootstrap, once in the life of a sandbox. */
  async prepare(say: (text: string) => void): Promise<void> {
    if ((await this.status('CDKToolkit')) !== undefined) return;
    const { region } = this.stack.blueprint;
    await runCdk(this.cdk, ['bootstrap', `aws://${ACCOUNT}/${region}`], progress(say));
  }

  async plan(say: (text: string) => void): Promise<Changes> {
    await this.waitUntilIdle(say);
    await this.deploy('prepare-change-set', say);
    const changes: Change[] = [];
    try {
      const named = { StackName: this.stack.name, ChangeSetName: CHANGE_SET };
      for await (const page of paginateDescribeChangeSet({ client: this.aws }, named)) {
        // When nothing has changed the CLI makes none, and this is the one before.
        if (page.ExecutionStatus === 'AVAILABLE') changes.push(...(page.Changes ?? []));
      }
    } catch (error) {
      if (!(error instanceof ChangeSetNotFoundException)) throw error;
    }
    return countChanges(changes);
  }

  async apply(say: (text: string) => void): Promise<void> {
    await this.deploy('execute-change-set', say);
  }

  private async deploy(method: string, say: (text: string) => void): Promise<void> {
    const args = ['deploy', this.stack.name, '--method', method, '--change-set-name', CHANGE_SET];
    await runCdk(this.cdk, [...args, '--require-approval', 'never', '--progress', 'events'], progress(say));
  }

  /** After a Ctrl-C, CloudFormation goes on with what it was at, and takes nothing new until it is done. */
  private async waitUntilIdle(say: (text: string) => void): Promise<void> {
    for (;;) {
      const status = await this.status(this.stack.name);
      if (!status?.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return;
      say(`waiting for the deploy before: ${status}`);
      await delay(POLL_MILLISECONDS, undefined, { signal: this.cdk.signal });
    }
  }

  /** Undefined when there is no such stack. */
  private async status(stackName: string): Promise<string | undefined> {
    try {
      const { Stacks } = await this.aws.send(new DescribeStacksCommand({ StackName: stackName }));
      return Stacks?.[0]?.StackStatus;
    } catch (error) {
      if (error instanceof CloudFormationServiceException && error.name === 'ValidationError')
        return undefined;
      throw error;
    }
  }
}

function progress(say: (text: string) => void): (line: string) => void {
  return (line) => {
    const event = parseProgress(line);
    if (event) say(`${event.done}/${event.all} ${event.resource}: ${event.status}`);
  };
}
