/** The real cdk CLI with the emulator's CloudFormation, as a test uses it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Change,
  CloudFormationClient,
  paginateDescribeChangeSet,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { SandboxAccess } from '../../../sandbox/credentials';
import { type CdkOptions, cdkEnvironment, runCdk } from '../../../stacks/aws-cdk/cdk';

const REGION = 'eu-central-1';
const CHANGE_SET = 'planned';

/** What was done to one resource. */
export interface Operation {
  readonly action: 'create' | 'update' | 'delete';
  readonly logicalId: string;
  /** Place among all beginnings and ends. */
  readonly began: number;
  readonly ended: number;
}

export class Cdk {
  readonly #scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-cdk-'));
  readonly #client: CloudFormationClient;
  readonly #environment: Record<string, string>;

  constructor(access: SandboxAccess) {
    this.#client = new CloudFormationClient(access);
    this.#environment = cdkEnvironment(this.#scratch, access);
  }

  #options(assembly: string): CdkOptions {
    return { assembly, environment: this.#environment };
  }

  async bootstrap(assembly: string): Promise<void> {
    await runCdk(this.#options(assembly), ['bootstrap', `aws://123456789012/${REGION}`]);
  }

  /** Prepares a change set. @returns its changes; undefined when the CLI says that there are none */
  async prepare(assembly: string, stack: string): Promise<readonly Change[] | undefined> {
    const lines = await this.#deploy(assembly, stack, 'prepare-change-set');
    if (lines.some((line) => line.includes(`${stack} (no changes)`))) return undefined;
    const changes: Change[] = [];
    const named = { StackName: stack, ChangeSetName: CHANGE_SET };
    for await (const page of paginateDescribeChangeSet({ client: this.#client }, named)) {
      expect(page.ExecutionStatus).toBe('AVAILABLE');
      changes.push(...(page.Changes ?? []));
    }
    return changes;
  }

  /** Does what was prepared. @returns what was done, in the order in which it was done */
  async execute(assembly: string, stack: string): Promise<Operation[]> {
    const before = (await this.#events(stack)).length;
    await this.#deploy(assembly, stack, 'execute-change-set');
    return operations((await this.#events(stack)).slice(before));
  }

  async #deploy(assembly: string, stack: string, method: string): Promise<string[]> {
    const lines: string[] = [];
    const args = ['deploy', stack, '--method', method, '--change-set-name', CHANGE_SET];
    await runCdk(this.#options(assembly), [...args, '--require-approval', 'never'], (line) =>
      lines.push(line),
    );
    return lines;
  }

  /** The oldest first. */
  async #events(stack: string): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    for await (const page of paginateDescribeStackEvents({ client: this.#client }, { StackName: stack })) {
      events.push(...(page.StackEvents ?? []));
    }
    return events.reverse();
  }

  dispose(): void {
    this.#client.destroy();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

function operations(events: readonly StackEvent[]): Operation[] {
  const began = new Map<string, number>();
  const done: Operation[] = [];
  for (const [place, { LogicalResourceId, ResourceStatus = '', ResourceType }] of events.entries()) {
    if (!LogicalResourceId || ResourceType === 'AWS::CloudFormation::Stack') continue;
    const [, verb = '', state] = /^([A-Z]+)_(IN_PROGRESS|COMPLETE)$/.exec(ResourceStatus) ?? [];
    const action = verb.toLowerCase() as Operation['action'];
    const key = `${action} ${LogicalResourceId}`;
    if (state === 'IN_PROGRESS') began.set(key, place);
    if (state === 'COMPLETE')
      done.push({ action, logicalId: LogicalResourceId, began: began.get(key) ?? -1, ended: place });
  }
  return done;
}
