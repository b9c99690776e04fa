/** Values of containers' secrets, read from the emulator's Secrets Manager and Parameter Store. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SandboxAccess } from '../credentials';
import { signedFetch } from '../signed-fetch';
import { TaskCannotStart } from './types';
import { parseValueFrom, pickJsonKey } from './value-from';

export class SecretValues {
  constructor(
    private readonly access: SandboxAccess,
    private readonly secrets: SecretsManagerClient,
  ) {}

  /** @throws TaskCannotStart with what ECS would say */
  async read(valueFrom: string): Promise<string> {
    const where = parseValueFrom(valueFrom);
    try {
      if (where.kind === 'parameter') return await this.parameter(where.name);
      const { arn, jsonKey, stage, version } = where;
      const answer = await this.secrets.send(
        new GetSecretValueCommand({ SecretId: arn, VersionStage: stage, VersionId: version }),
      );
      if (answer.SecretString === undefined) throw new TaskCannotStart(`secret ${arn} has no text value`);
      return pickJsonKey(arn, answer.SecretString, jsonKey);
    } catch (error) {
      if (error instanceof TaskCannotStart) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new TaskCannotStart(`unable to pull secrets: ${valueFrom}: ${message}`);
    }
  }

  /** One call of one API: not worth its client library. */
  private async parameter(name: string): Promise<string> {
    const response = await signedFetch(this.access, 'ssm', '/', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParameter',
      },
      body: JSON.stringify({ Name: name, WithDecryption: true }),
    });
    const answer = (await response.json()) as {
      Parameter?: { Value?: string };
      message?: string;
      __type?: string;
    };
    if (response.ok && answer.Parameter?.Value !== undefined) return answer.Parameter.Value;
    throw new TaskCannotStart(
      `parameter ${name}: ${answer.message ?? answer.__type ?? `status ${response.status}`}`,
    );
  }
}
