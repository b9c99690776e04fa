/** Environment variables that point a program at the sandbox's AWS, and at no other. */
import { devNull } from 'node:os';
import type { SandboxAccess } from './credentials';

/** What every AWS SDK reads. */
export function sandboxVariables({ region, endpoint, credentials }: SandboxAccess): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    // No profile of the user's may have a word in this.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '2',
  };
}

/**
 * The variables of this process without those that speak of another account of AWS.
 *
 * @param also more that would make a program work on something else than the folder and the account that it is given
 */
export function withoutForeign(variables: NodeJS.ProcessEnv, also?: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !name.startsWith('AWS_') && !also?.test(name)),
  );
}
