/** Whose account it is: an environment that names its own is looked at and changed there, and in no other. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Environment } from '../constructs/blueprint/schema';
import { UserError } from '../stacks/user-error';
import type { AwsClients } from './aws';

type Owner = Pick<Environment, 'name' | 'region' | 'account'>;

/** What STS says of the credentials that a client of the SDK has; nobody needs a permission for that. */
export async function accountOf({ config }: Pick<EC2Client, 'config'>): Promise<string> {
  const { region, credentials } = config;
  const given = await config.endpoint?.();
  const client = new STSClient({ region, credentials, ...(given && { endpoint: given }) });
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined) return Account;
    throw new Error('the answer names no account');
  } catch (error) {
    throw new UserError(`AWS does not say whose credentials these are: ${(error as Error).message.trim()}`);
  } finally {
    client.destroy();
  }
}

/** @throws UserError when the credentials are of another account than the environment's */
export async function ownAccount({ name, account }: Owner, client: Pick<EC2Client, 'config'>): Promise<void> {
  if (account === undefined) return;
  const given = await accountOf(client);
  if (given === account) return;
  throw new UserError(
    `The credentials are of account ${given}, and ${name} belongs to ${account}. ` +
      `Take credentials of ${account} (AWS_PROFILE), or correct \`account\` in ${name}'s file.`,
  );
}

/** A client, as far as something can be put before its calls. */
interface Guarded {
  readonly middlewareStack: {
    add(
      before: (next: (call: object) => Promise<never>) => (call: object) => Promise<never>,
      options: object,
    ): void;
  };
}

/** The same clients; before the first call of any of them it is looked whose account it is. */
export function inOwnAccount(owner: Owner, clients: AwsClients): AwsClients {
  let looked: Promise<void> | undefined;
  const look = () => {
    looked ??= ownAccount(owner, clients.ec2);
    return looked;
  };
  for (const client of Object.values(clients) as readonly Guarded[]) {
    client.middlewareStack.add((next) => async (call) => look().then(() => next(call)), {
      step: 'initialize',
      priority: 'high',
      name: 'stagecraftAccount',
    });
  }
  return clients;
}
