/** Whether anybody answers at all: one sentence, where each claim would say the same. */
import { connect } from 'node:net';
import { UserError } from '../../stacks/user-error';
import type { ApiEndpoint } from './claim';
import type { HttpClient } from './http';

const SECONDS = 10;

/** @throws UserError when the environment has no address, or nobody listens there */
export async function assertReached(
  http: Pick<HttpClient, 'addressOf'>,
  endpoints: readonly ApiEndpoint[],
  environment: string,
): Promise<void> {
  const [url] = endpoints.flatMap(({ urls }) => urls);
  const see = `See what runs: npx stagecraft status ${environment}`;
  if (url === undefined)
    throw new UserError(`No task of ${environment} runs, so there is nobody to ask. ${see}`);
  const { host, port } = http.addressOf(new URL(url));
  const why = await whyNot(host, port);
  if (why) throw new UserError(`Nothing answers at ${new URL(url).origin}: ${why}. ${see}`);
}

/** @returns in words why no connection is made */
function whyNot(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: SECONDS * 1000 });
    const end = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`no connection within ${SECONDS} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(reason(error, host, port)));
  });
}

const reason = ({ code, message }: NodeJS.ErrnoException, host: string, port: number): string =>
  ({
    ECONNREFUSED: `nobody listens on ${host} port ${port}`,
    ENOTFOUND: `no name server knows ${host}`,
    EAI_AGAIN: `no name server answers for ${host}`,
  })[code ?? ''] ??
  (message || code || 'no connection');
