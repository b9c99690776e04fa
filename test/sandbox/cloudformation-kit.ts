/** The emulator's CloudFormation for a test: stacks deployed by change sets, and what became of them. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type Deployment, DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { signedFetch } from '../../sandbox/signed-fetch';
import { type Aws, REGION, report, startAws } from './emulator-kit';

export type Properties = Record<string, unknown>;

export interface ResourceText {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

/** A template in JSON. */
export const template = (Resources: Record<string, ResourceText>, more: object = {}): string =>
  JSON.stringify({ Resources, ...more });

export const group = (properties: Properties = {}, more: object = {}): ResourceText => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: properties,
  ...more,
});

/** Fails to be made when there is no such log group. */
export const filter = (logGroup: unknown, more: object = {}): ResourceText => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: logGroup,
    FilterPattern: '',
    MetricTransformations: [{ MetricName: 'm', MetricNamespace: 'n', MetricValue: '1' }],
  },
  ...more,
});

/** Within the text of Fn::Sub. */
export const insert = (name: string) => `$\{${name}}`;

export const ref = (name: string) => ({ Ref: name });
export const attribute = (name: string, of: string) => ({ 'Fn::GetAtt': [name, of] });

type Options = Pick<CreateChangeSetCommandInput, 'Parameters' | 'Tags'>;

const POLL_MILLISECONDS = 40;

/** Polls: a stack tells nobody when it is done. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(POLL_MILLISECONDS);
  }
  throw new Error(`${what} did not come within 20 s`);
}

export class Cloud {
  private count = 0;

  private constructor(
    readonly aws: Aws,
    readonly cloudFormation: CloudFormationClient,
    readonly logs: CloudWatchLogsClient,
    readonly cognito: CognitoIdentityProviderClient,
  ) {}

  static async start(): Promise<Cloud> {
    const aws = await startAws();
    const options = { ...aws.emulator.access, maxAttempts: 1 };
    return new Cloud(
      aws,
      new CloudFormationClient(options),
      new CloudWatchLogsClient(options),
      new CognitoIdentityProviderClient(options),
    );
  }

  async stop(): Promise<void> {
    for (const client of [this.cloudFormation, this.logs, this.cognito]) client.destroy();
    await this.aws.stop();
  }

  /** Undefined when there is none, or it is deleted. */
  async stack(StackName: string): Promise<Stack | undefined> {
    try {
      const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName }));
      return Stacks?.[0];
    } catch (error) {
      if ((error as Error).message === `Stack with id ${StackName} does not exist`) return undefined;
      throw error;
    }
  }

  /** A change set of a stack, made and described. */
  async changeSet(
    stack: string,
    body: string,
    options: Options = {},
  ): Promise<DescribeChangeSetCommandOutput> {
    const status = (await this.stack(stack))?.StackStatus ?? 'REVIEW_IN_PROGRESS';
    const { Id } = await this.cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: stack,
        ChangeSetName: `c${++this.count}`,
        ChangeSetType: status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE',
        TemplateBody: body,
        ...options,
      }),
    );
    return await this.cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName: Id ?? '' }));
  }

  /** Executes a change set of the template, without waiting. */
  async begin(stack: string, body: string, options: Options = {}): Promise<void> {
    const { ChangeSetId } = await this.changeSet(stack, body, options);
    await this.execute({ ChangeSetId });
  }

  async execute({ ChangeSetId }: Pick<DescribeChangeSetCommandOutput, 'ChangeSetId'>): Promise<void> {
    await this.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  }

  async physicalIds(StackName: string): Promise<Record<string, string>> {
    const { StackResources = [] } = await this.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    return Object.fromEntries(
      StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    );
  }

  async groupNames(logGroupNamePrefix: string): Promise<(string | undefined)[]> {
    const { logGroups = [] } = await this.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    return logGroups.map(({ logGroupName }) => logGroupName);
  }

  /** @returns status in which the stack has come to rest */
  async deploy(stack: string, body: string, options: Options = {}): Promise<string> {
    await this.begin(stack, body, options);
    return await this.settled(stack);
  }

  async settled(stack: string): Promise<string> {
    return await until(`the end of ${stack}`, async () => {
      const status = (await this.stack(stack))?.StackStatus ?? 'DELETE_COMPLETE';
      return !status.endsWith('_IN_PROGRESS') && status;
    });
  }

  async remove(stack: string): Promise<string> {
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    return await this.settled(stack);
  }

  /** Deploys, and does for a service what the tasks controller does, until the stack has come to rest. */
  async deployWithTasks(stack: string, body: string, service: string): Promise<string> {
    await this.begin(stack, body);
    const status = await until('the end of the deploy', async () => {
      const found = await this.newestDeployment(service);
      if (found && (found.rolloutState !== 'COMPLETED' || found.runningCount !== found.desiredCount))
        await this.complete(service, found.desiredCount);
      const { StackStatus = '' } = (await this.stack(stack)) ?? {};
      return !StackStatus.endsWith('_IN_PROGRESS') && StackStatus;
    });
    const failed = (await this.fullEvents(stack)).filter(({ ResourceStatus }) =>
      ResourceStatus?.endsWith('FAILED'),
    );
    expect(failed.map(({ ResourceStatusReason }) => ResourceStatusReason)).toEqual([]);
    return status;
  }

  /** `LogicalId STATUS` of each event, oldest first. */
  async events(StackName: string): Promise<string[]> {
    return (await this.fullEvents(StackName)).map(
      ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
    );
  }

  async fullEvents(StackName: string) {
    const { StackEvents = [] } = await this.cloudFormation.send(
      new DescribeStackEventsCommand({ StackName }),
    );
    return StackEvents.reverse();
  }

  /** The reason that the newest event with that status gives. */
  async reason(stack: string, logicalId: string, status: string): Promise<string | undefined> {
    const events = await this.fullEvents(stack);
    return events.findLast((one) => one.LogicalResourceId === logicalId && one.ResourceStatus === status)
      ?.ResourceStatusReason;
  }

  async output(stack: string, key: string): Promise<string | undefined> {
    return (await this.stack(stack))?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  }

  async newestDeployment(service: string): Promise<Deployment | undefined> {
    const command = new DescribeServicesCommand({ cluster: 'main', services: [service] });
    const { services } = await this.aws.ecs.send(command);
    return services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
  }

  /** The newest deployment of an ECS service, once it is of that task definition. */
  async primary(service: string, taskDefinition = /./): Promise<Deployment> {
    return await until(`a deployment of ${service}`, async () => {
      const found = await this.newestDeployment(service);
      return taskDefinition.test(found?.taskDefinition ?? '') && found;
    });
  }

  /** What the tasks controller says: the newest deployment of a service is done. */
  async complete(service: string, running = 1, taskDefinition?: RegExp): Promise<void> {
    const { id = '' } = await this.primary(service, taskDefinition);
    const deployments = [report(id, running, { rolloutState: 'COMPLETED' })];
    await this.aws.emulator.control.putServices({
      [serviceArn(service)]: { deployments, tasks: [], events: [] },
    });
  }

  /** The query protocol, of services whose SDK client is no dependency of ours. @returns XML */
  async query(service: string, version: string, parameters: Record<string, string>): Promise<string> {
    const response = await signedFetch(this.aws.emulator.access, service, '/', {
      method: 'POST',
      body: new URLSearchParams({ Version: version, ...parameters }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    return await response.text();
  }

  iam(Action: string, parameters: Record<string, string> = {}): Promise<string> {
    return this.query('iam', '2010-05-08', { Action, ...parameters });
  }
}

export const serviceArn = (name: string) => `arn:aws:ecs:${REGION}:123456789012:service/main/${name}`;

/** Texts of all elements of that name. */
export const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
