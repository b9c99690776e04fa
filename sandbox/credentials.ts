/** A sandbox's own credentials: with them its programs sign what they ask of its AWS, which refuses everybody else. */
import { randomBytes, randomInt } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { readWhole, SandboxFolder, SandboxProblem } from './folder';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The sandbox's account, where its environment names none. */
export const SANDBOX_ACCOUNT = '123456789012';

/** Where the sandbox's AWS is, and what opens it: options of every AWS SDK client. */
export interface SandboxAccess {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Random ones, of the form that IAM's have. */
export function newCredentials(): Credentials {
  const characters = Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return {
    accessKeyId: `AKIA${characters.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}

/** Those of the sandbox in this folder, made when there are none yet. They last until `stagecraft down`. */
export function ownCredentials(folder: SandboxFolder): Credentials {
  const known = readCredentials(folder);
  if (known) return known;
  const draft = `${folder.credentials}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(newCredentials(), null, 2)}\n`, { mode: 0o600 });
  try {
    // A link fails when the name exists: another process may be making them.
    linkSync(draft, folder.credentials);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readCredentials(folder) ?? missing(folder);
}

/** @throws SandboxProblem when the folder has no credentials */
export function sandboxAccess(folder: string, region: string, emulatorPort: number): SandboxAccess {
  const place = new SandboxFolder(folder);
  const credentials = readCredentials(place) ?? missing(place);
  return { region, endpoint: `http://localhost:${emulatorPort}`, credentials };
}

const readCredentials = (folder: SandboxFolder): Credentials | undefined =>
  readWhole(folder.credentials, areCredentials, 'Begin anew: npx stagecraft down');

const areCredentials = (value: unknown): value is Credentials => {
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Partial<Credentials>;
  return typeof accessKeyId === 'string' && typeof secretAccessKey === 'string';
};

function missing(folder: SandboxFolder): never {
  throw new SandboxProblem('not-running', `${folder.path} has no credentials: no sandbox was started there.`);
}
