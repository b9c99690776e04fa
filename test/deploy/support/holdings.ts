/** What people have in an account: keys, clients of the user pool, logs. Read from AWS's own APIs. */
import {
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type AwsClients, awsClients } from '../../../cli/aws';
import type { Emulator } from './emulator';

const GATEWAY_LOGS = '/stagecraft/shop/gateway-';
/** A consumer's key, as `stagecraft consumers add` would keep it. */
const KEYS = `# keys\n${'0123456789abcdef'.repeat(4)} acme\n`;

export interface Holdings {
  readonly secret: { readonly arn?: string; readonly text?: string };
  /** Ids and secrets of the clients, by pool and name. */
  readonly clients: Readonly<Record<string, readonly (string | undefined)[]>>;
  /** What was logged, by the group's name and the time at which it was made. */
  readonly logs: Readonly<Record<string, readonly (string | undefined)[]>>;
}

export class Account {
  readonly #aws: AwsClients;

  constructor({ endpoint, environment }: Emulator) {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = environment;
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    this.#aws = awsClients({ endpoint, region: AWS_REGION, credentials });
  }

  /** Issues a key, and lets each gateway log a line. */
  async use(): Promise<void> {
    const { logs, secrets } = this.#aws;
    await secrets.send(new PutSecretValueCommand({ SecretId: 'shop/consumers', SecretString: KEYS }));
    for (const { logGroupName } of await this.#gatewayLogs()) {
      const to = { logGroupName, logStreamName: 'task' };
      await logs.send(new CreateLogStreamCommand(to));
      const logEvents = [{ timestamp: Date.now(), message: `a request at ${logGroupName}` }];
      await logs.send(new PutLogEventsCommand({ ...to, logEvents }));
    }
  }

  async holdings(): Promise<Holdings> {
    const { ARN: arn, SecretString: text } = await this.#aws.secrets.send(
      new GetSecretValueCommand({ SecretId: 'shop/consumers' }),
    );
    return { secret: { arn, text }, clients: await this.#clients(), logs: await this.#logged() };
  }

  close(): void {
    for (const client of Object.values(this.#aws)) client.destroy();
  }

  async #gatewayLogs() {
    const { logGroups = [] } = await this.#aws.logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: GATEWAY_LOGS }),
    );
    return logGroups;
  }

  async #logged(): Promise<Holdings['logs']> {
    const { logs } = this.#aws;
    const found: Record<string, (string | undefined)[]> = {};
    for (const { logGroupName, creationTime } of await this.#gatewayLogs()) {
      const events: (string | undefined)[] = [];
      const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
      for (const { logStreamName } of logStreams) {
        const read = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
        events.push(...(read.events ?? []).map(({ message }) => message));
      }
      found[`${logGroupName} of ${creationTime}`] = events;
    }
    return found;
  }

  async #clients(): Promise<Holdings['clients']> {
    const { cognito } = this.#aws;
    const found: Record<string, (string | undefined)[]> = {};
    const { UserPools = [] } = await cognito.send(new ListUserPoolsCommand({ MaxResults: 10 }));
    for (const { Id: UserPoolId } of UserPools) {
      const { UserPoolClients = [] } = await cognito.send(new ListUserPoolClientsCommand({ UserPoolId }));
      for (const { ClientId, ClientName } of UserPoolClients) {
        const asked = new DescribeUserPoolClientCommand({ UserPoolId, ClientId });
        const { UserPoolClient } = await cognito.send(asked);
        found[`${UserPoolId} ${ClientName}`] = [ClientId, UserPoolClient?.ClientSecret];
      }
    }
    return found;
  }
}

/** What is to be found after `use`, whatever ids AWS gave. */
export function expectUsed({ secret, clients, logs }: Holdings): void {
  expect(secret).toEqual({
    arn: expect.stringMatching(/:secret:shop\/consumers-\w{6}$/),
    text: KEYS,
  });
  expect(Object.entries(clients)).toEqual([
    [expect.stringMatching(/^eu-central-1_\w+ shop-reporting$/), [expect.any(String), expect.any(String)]],
  ]);
  expect(Object.entries(logs)).toEqual(
    ['a', 'b'].map((member) => [
      expect.stringMatching(new RegExp(`^${GATEWAY_LOGS}${member} of \\d+$`)),
      [`a request at ${GATEWAY_LOGS}${member}`],
    ]),
  );
}
