/** `stagecraft consumers`: issues, lists and revokes the keys of an environment's consumers. */

import { UserError } from '../stacks/user-error';
import type { Context } from './context';
import { fingerprint, KeyStore, newKey, sha256 } from './keys';
import { type Output, table } from './output';
import { requireAllServing, rollGateways } from './roll';

/** The keys' secret stands in every stage, before the first gateway does. */
function storeOf(context: Context): KeyStore {
  const secret = context.blueprint.data.consumersSecret;
  if (secret) return new KeyStore(context, secret.name);
  throw new UserError(
    `Environment ${context.environment.name} declares no consumer, so it has no keys. Add one under "consumers" and deploy.`,
  );
}

function requireDeclared(context: Context, consumer: string): void {
  const known = Object.keys(context.environment.consumers);
  if (known.includes(consumer)) return;
  throw new UserError(
    `No consumer "${consumer}" in environment ${context.environment.name}. It has: ${known.join(', ') || 'none'}. Add it under "consumers" and deploy.`,
  );
}

/** Before anything is written: a key that is stored and never shown is of no use, and one more with each try. */
async function requireRollable({ aws, blueprint: { cluster, gateway } }: Context): Promise<void> {
  if (gateway)
    await requireAllServing(
      aws,
      cluster.name,
      gateway.members.map(({ name }) => name),
    );
}

async function roll(context: Context, output: Output): Promise<void> {
  const { cluster, gateway, stage } = context.blueprint;
  if (!gateway) {
    output.line(`Stage ${stage} has no gateways to tell: they read the keys when they start.`);
    return;
  }
  await rollGateways(context.aws, {
    cluster: cluster.name,
    members: gateway.members,
    pollSeconds: context.sandbox ? 1 : undefined,
    onMember: (name) => output.line(`Replacing ${name} …`),
  });
}

export interface ChangeOptions {
  /** Whether the gateways take the change up at once. */
  readonly roll: boolean;
}

/** Issues a key. It is shown once and kept nowhere but as a hash. */
export async function addKey(
  context: Context,
  consumer: string,
  options: ChangeOptions,
  output: Output,
): Promise<string> {
  requireDeclared(context, consumer);
  const store = storeOf(context);
  if (options.roll) await requireRollable(context);
  const key = newKey();
  const stored = await store.read();
  await store.write([...stored, { consumer, sha256: sha256(key) }]);
  if (options.roll) await roll(context, output);
  return key;
}

/** Revokes the keys of a consumer, or the one with that fingerprint. @returns how many went. */
export async function removeKeys(
  context: Context,
  consumer: string,
  options: ChangeOptions & { readonly fingerprint?: string },
  output: Output,
): Promise<number> {
  const store = storeOf(context);
  const stored = await store.read();
  const gone = stored.filter(
    (key) => key.consumer === consumer && (!options.fingerprint || fingerprint(key) === options.fingerprint),
  );
  if (gone.length === 0) {
    const which = options.fingerprint ? ` with fingerprint ${options.fingerprint}` : '';
    throw new UserError(`Consumer "${consumer}" has no key${which}. See: npx stagecraft consumers list`);
  }
  if (options.roll) await requireRollable(context);
  await store.write(stored.filter((key) => !gone.includes(key)));
  if (options.roll) await roll(context, output);
  return gone.length;
}

/** Declared consumers, with the fingerprints of their keys. */
export async function listConsumers(context: Context, output: Output): Promise<void> {
  const stored = await storeOf(context).read();
  const declared = Object.entries(context.environment.consumers);
  const orphans = stored
    .filter((key) => !context.environment.consumers[key.consumer])
    .map((key) => key.consumer);
  const keysOf = (name: string): string[] => stored.filter((key) => key.consumer === name).map(fingerprint);
  const rows = [
    ...declared.map(([name, { apis }]) => ({ name, apis: apis?.join(', ') ?? 'all', keys: keysOf(name) })),
    ...[...new Set(orphans)].map((name) => ({ name, apis: 'not declared any more', keys: keysOf(name) })),
  ];
  output.document(rows);
  output.line(
    table(
      ['consumer', 'APIs', 'keys (fingerprints)'],
      rows.map((row) => [row.name, row.apis, row.keys.join(', ') || '–']),
    ),
  );
}
