/** The AWS CDK engine's deploy steps: the cdk CLI deploys the template into the sandbox's CloudFormation. */
import { join } from 'node:path';
import { ChangeSetNotFoundException, CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Stage } from '../../constructs/blueprint/schema';
import { SANDBOX_ACCOUNT } from '../../sandbox/credentials';
import { asideText, markAccount } from '../account-mark';
import type { Changes, Deployment, DeploymentOptions } from '../engine';
import type { Project } from '../project';
import { type CdkOptions, cdkEnvironment, parseProgress, runCdk } from './cdk';
import { changesIn, countChanges, type Placed, refuseUndeployable } from './changes';
import { makeDeployable, statusOf } from './cloudformation';
import { type SynthesizedStack, synthesize } from './synthesize';

const CHANGE_SET = 'stagecraft-up';

export class CdkDeployment implements Deployment {
  private constructor(
    private readonly stack: SynthesizedStack,
    private readonly cdk: CdkOptions,
    private readonly aws: CloudFormationClient,
    private readonly instance: string,
  ) {}

  static async synthesize(
    project: Project,
    options: DeploymentOptions,
    signal: AbortSignal,
  ): Promise<CdkDeployment> {
    const { environment, stage, access, instance } = options;
    const assembly = join(project.sandbox, 'cdk.out');
    const [stack] = synthesize({
      environments: project.environments,
      outdir: assembly,
      only: [environment],
      stages: stage ? { [environment]: stage } : {},
    });
    if (!stack) throw new Error(`environment ${environment} was not synthesized`);
    const variables = cdkEnvironment(project.sandbox, access);
    const aws = new CloudFormationClient(access);
    return new CdkDeployment(stack, { assembly, environment: variables, signal }, aws, instance);
  }

  get stage(): Stage {
    return this.stack.blueprint.stage;
  }

  /** With those of nested stacks. */
  get resourceCount(): number {
    return this.stack.resourceCount;
  }

  /** CDK's default bootstrap, once in the life of a sandbox. */
  async prepare(say: (text: string) => void): Promise<string | undefined> {
    // CloudFormation's state is in the account, and gone with it.
    const other = markAccount(this.cdk.assembly, this.instance);
    if ((await statusOf(this.aws, 'CDKToolkit')) === undefined) {
      const { region, account = SANDBOX_ACCOUNT } = this.stack.blueprint;
      await runCdk(this.cdk, ['bootstrap', `aws://${account}/${region}`], progress(say));
    }
    return other && asideText(other);
  }

  async plan(say: (text: string) => void): Promise<Changes> {
    await makeDeployable(this.aws, this.stack.name, say, this.cdk.signal);
    await this.deploy('prepare-change-set', say);
    const found = await this.changes();
    refuseUndeployable(found);
    return countChanges(found.map(({ change }) => change));
  }

  private async changes(): Promise<readonly Placed[]> {
    try {
      return await changesIn(this.aws, this.stack.name, CHANGE_SET);
    } catch (error) {
      if (error instanceof ChangeSetNotFoundException) return [];
      throw error;
    }
  }

  async apply(say: (text: string) => void): Promise<void> {
    await this.deploy('execute-change-set', say);
  }

  private async deploy(method: string, say: (text: string) => void): Promise<void> {
    const args = ['deploy', this.stack.name, '--method', method, '--change-set-name', CHANGE_SET];
    await runCdk(this.cdk, [...args, '--require-approval', 'never', '--progress', 'events'], progress(say));
  }
}

function progress(say: (text: string) => void): (line: string) => void {
  return (line) => {
    const event = parseProgress(line);
    if (event) say(`${event.done}/${event.all} ${event.resource}: ${event.status}`);
  };
}
