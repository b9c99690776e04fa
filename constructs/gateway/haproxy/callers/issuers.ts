/** Who signs the tokens that the APIs take, and where their keys are. */
import { createHash } from 'node:crypto';
import type { ContainerTies, EngineValue } from '../../../containers';
import { program } from '../../key-helper/program';
import {
  type IssuerSettings,
  membersPort,
  type Settings,
  settingsVariable,
  volumePath,
} from '../../key-helper/settings';
import type { GatewayContainer, GatewayModel, Sidecar } from '../../model';
import { placesIn } from '../../places';
import type { Jwt } from '../../policies/authentication';
import { keysWaitSeconds } from '../container/start';
import { line, type Text } from '../language/text';
import type { Context } from '../parts/sections';

/** An issuer's keys are in files that begin with its id. */
export interface Issuer {
  readonly id: string;
  /** Absent: of the environment's own user pool, known when it is deployed. */
  readonly name?: string;
  readonly jwksUrl?: string;
}

/** Environment variable that says the issuer of the own user pool, in both containers. */
export const userPoolVariable = 'USER_POOL_ISSUER';
/** Folder of the keys in the gateway's folder, and what HAProxy loads from it. */
export const keysFolder = 'jwt';
export const keysConfiguration = `${keysFolder}/keys.cfg`;

const volume = 'keys';
const programVariable = 'KEY_HELPER_PROGRAM';

export function issuerOf(jwt: Jwt): Issuer {
  if ('issuer' in jwt) return withId({ name: jwt.issuer, jwksUrl: jwt.jwksUrl });
  if (jwt.userPool === true) return { id: 'user-pool' };
  const { region, id } = jwt.userPool;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return withId({ name: `https://cognito-idp.${region}.${domain}/${id}` });
}

const withId = (issuer: Omit<Issuer, 'id'>): Issuer => ({
  ...issuer,
  id: `issuer-${createHash('sha256').update(`${issuer.name} ${issuer.jwksUrl}`).digest('hex').slice(0, 8)}`,
});

/** Each once, in the order of the environment file. */
export function issuersOf(model: Pick<GatewayModel, 'apis'>): Issuer[] {
  const found = placesIn(model).flatMap(({ policies: { authentication } }) =>
    authentication !== 'public' && authentication.jwt ? [issuerOf(authentication.jwt)] : [],
  );
  return [...new Map(found.map((issuer) => [issuer.id, issuer])).values()];
}

/**
 * How an issuer stands in the name of a caller: eight digits of the SHA-256 of its `iss`, or `user-pool` for the
 * environment's own, whose name is known only when it is deployed.
 */
export const issuerLabel = ({ name }: Issuer): string =>
  name === undefined ? 'user-pool' : createHash('sha256').update(name).digest('hex').slice(0, 8);

/** File in which a `kid` finds its key. */
export const keyMap = ({ id }: Issuer): Text => line`${keysFolder as Text}/${id as Text}.map`;

const defaults = { refreshSeconds: 300, keepHours: 24 };
const retrySeconds = 30;

/** How long an issuer's last keys are taken. */
export const keepHoursOf = ({ keys = defaults }: GatewayModel): number => keys.keepHours;

/** The key helper; its container also has the issuer of the own user pool, like the gateway's. */
export function keySidecar({ model, others }: Context, issuers: readonly Issuer[]): Sidecar {
  const { keys = defaults } = model;
  const settings: Settings = {
    issuers: issuers.map(
      ({ id, name, jwksUrl }): IssuerSettings => ({
        id,
        issuer: name ?? { variable: userPoolVariable },
        ...(jwksUrl === undefined ? {} : { jwksUrl }),
      }),
    ),
    ...keys,
    retrySeconds: Math.min(retrySeconds, keys.refreshSeconds),
    members: others.map(({ host }) => host),
    waitSeconds: keysWaitSeconds,
    folder: keysFolder,
  };
  return {
    name: 'keys',
    entryPoint: ['node', '--max-old-space-size=48', '--eval'],
    command: [
      `eval(String(require('node:zlib').gunzipSync(Buffer.from(process.env.${programVariable},'base64'))))`,
    ],
    environment: { [programVariable]: program, [settingsVariable]: JSON.stringify(settings) },
    engineValues: userPoolIn(issuers),
    // Without it no key would ever be taken back. A gateway that loses it drains and is replaced; see `helper-watch.ts`.
    essential: true,
    mounts: [{ volume, path: volumePath, readOnly: false }],
    stopTimeoutSeconds: 5,
    memberPort: membersPort,
  };
}

const userPoolIn = (issuers: readonly Issuer[]): Readonly<Record<string, EngineValue>> | undefined =>
  issuers.some(({ name }) => name === undefined)
    ? { [userPoolVariable]: { ref: 'user-pool-issuer' } }
    : undefined;

/** What the gateway's task has when an API takes tokens. */
export function keyTies(
  context: Context,
): Pick<GatewayContainer, keyof ContainerTies | 'sidecars' | 'volumes'> {
  const issuers = issuersOf(context.model);
  if (issuers.length === 0) return {};
  return {
    engineValues: userPoolIn(issuers),
    dependsOn: [{ container: 'keys', condition: 'START' }],
    mounts: [{ volume, path: volumePath, readOnly: true }],
    sidecars: [keySidecar(context, issuers)],
    volumes: [volume],
  };
}
