/** Values of containers' secrets, read from the emulator's Secrets Manager and Parameter Store. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { request } from 'undici';
import { TaskCannotStart } from './types';
import { parseValueFrom, pickJsonKey } from './value-from';

export class SecretValues {
  constructor(
    private readonly endpoint: string,
    private readonly region: string,
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

  /** One call of one API: the emulator checks no signature, so its client library is not needed for it. */
  private async parameter(name: string): Promise<string> {
    const { statusCode, body } = await request(this.endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'AmazonSSM.GetParameter',
        Authorization: `AWS4-HMAC-SHA256 Credential=sandbox/20200101/${this.region}/ssm/aws4_request, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify({ Name: name, WithDecryption: true }),
    });
    const answer = (await body.json()) as {
      Parameter?: { Value?: string };
      message?: string;
      __type?: string;
    };
    if (statusCode === 200 && answer.Parameter?.Value !== undefined) return answer.Parameter.Value;
    throw new TaskCannotStart(
      `parameter ${name}: ${answer.message ?? answer.__type ?? `status ${statusCode}`}`,
    );
  }
}
