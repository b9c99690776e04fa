/** API keys: made here, shown once, kept only as SHA-256 in the environment's secret. */
import { createHash, randomBytes } from 'node:crypto';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { dataPlaneOf } from '../constructs/blueprint/data-plane';
import type { Context } from './context';

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

/** The keys of an environment's consumers: a secret, in the words of the program that reads them. */
export class KeyStore {
  readonly #context: Pick<Context, 'aws' | 'environment'>;
  readonly #secret: string;

  /** @param secret its name */
  constructor(context: Pick<Context, 'aws' | 'environment'>, secret: string) {
    this.#context = context;
    this.#secret = secret;
  }

  async read(): Promise<StoredKey[]> {
    const { aws, environment } = this.#context;
    const { SecretString = '' } = await aws.secrets.send(
      new GetSecretValueCommand({ SecretId: this.#secret }),
    );
    return dataPlaneOf(environment).parseConsumersText(SecretString);
  }

  async write(keys: readonly StoredKey[]): Promise<void> {
    const { aws, environment } = this.#context;
    const SecretString = dataPlaneOf(environment).consumersText(keys);
    await aws.secrets.send(new PutSecretValueCommand({ SecretId: this.#secret, SecretString }));
  }
}
