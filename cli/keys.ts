/** API keys: made here, shown once, kept only as SHA-256 in the environment's secret. */
import { createHash, randomBytes } from 'node:crypto';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { dataPlane } from '../constructs/gateway';
import type { AwsClients } from './aws';

export interface StoredKey {
  readonly consumer: string;
  readonly sha256: string;
}

/** A key of 256 random bits. The prefix lets secret scanners find one that leaked. */
export function newKey(): string {
  return `stagecraft_${randomBytes(32).toString('base64url')}`;
}

export function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** First digits of a key's hash: enough to tell the keys of one consumer apart. */
export const fingerprint = (key: StoredKey): string => key.sha256.slice(0, 12);

export async function readKeys(aws: AwsClients, secretName: string): Promise<StoredKey[]> {
  const secret = await aws.secrets.send(new GetSecretValueCommand({ SecretId: secretName }));
  return dataPlane.parseConsumersText(secret.SecretString ?? '');
}

export async function writeKeys(
  aws: AwsClients,
  secretName: string,
  keys: readonly StoredKey[],
): Promise<void> {
  const SecretString = dataPlane.consumersText(keys);
  await aws.secrets.send(new PutSecretValueCommand({ SecretId: secretName, SecretString }));
}
