/**
 * Kept keys travel: a gateway that starts while an issuer does not answer takes those that another gateway has, with the
 * time of the issuer's own last answer, so that they are taken no longer than anywhere else.
 */
import { NODATA, NOTFOUND, Resolver } from 'node:dns/promises';
import { createServer, type Server } from 'node:http';
import { readText } from './fetch';
import type { IssuerKeys, Kept, Log } from './issuers';
import { keySet, readJwks } from './jwks';
import { membersPort } from './settings';

/** What this one has, for the others. */
export const keptText = (issuers: readonly Pick<IssuerKeys, 'id' | 'kept'>[]): string =>
  JSON.stringify({
    issuers: Object.fromEntries(
      issuers.flatMap(({ id, kept }) =>
        kept ? [[id, { answeredMs: kept.answeredMs, ...keySet(kept.keys) }]] : [],
      ),
    ),
  });

/** The reverse, by issuer. It is read as strictly as an issuer's own answer. @throws when the text is no such thing */
export function readKept(text: string): Map<string, Kept> {
  const { issuers } = JSON.parse(text) as { issuers: Record<string, { answeredMs: unknown }> };
  return new Map(
    Object.entries(issuers).map(([id, one]) => {
      const { answeredMs } = one;
      if (typeof answeredMs !== 'number') throw new Error('answeredMs is no number');
      return [id, { answeredMs, keys: readJwks(JSON.stringify(one)).keys }];
    }),
  );
}

/** Tells whoever asks. Only the other gateways of the environment reach the port. */
export function tellMembers(address: string, text: () => string, log: Log): Server {
  const server = createServer((_, response) => {
    const body = text();
    response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' }).end(body);
  });
  server.maxConnections = 16;
  server.on('error', ({ message }) => log('members-cannot-ask', { reason: message }));
  return server.listen(membersPort, address);
}

/** `absent`: there is no such member. `silent`: there may be one, and nobody knows what it has. */
export type Told = Map<string, Kept> | 'absent' | 'silent';

const timeoutMs = 2000;

/** @param dns the name server, if it is not the machine's own */
export async function askMember(host: string, dns: string | undefined): Promise<Told> {
  const resolver = new Resolver({ timeout: timeoutMs / 2, tries: 2 });
  if (dns !== undefined) resolver.setServers([dns]);
  try {
    const [address] = await resolver.resolve4(host);
    return readKept(await readText(`http://${address}:${membersPort}/`, timeoutMs));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === NOTFOUND || code === NODATA ? 'absent' : 'silent';
  }
}
