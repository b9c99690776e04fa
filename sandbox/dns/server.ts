import { createSocket, type Socket } from 'node:dgram';
import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { portInUse } from '../load-balancer/ports';
import type { Log } from '../types';
import { readNames } from './cloud-map';
import { VpcResolver } from './resolver';

export interface NameServer {
  readonly port: number;
  /** Reads Cloud Map; what is not in the cache is answered from what was read last. Calls that come while one waits share it. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface NameServerOptions {
  /** UDP, on 127.0.0.1. */
  readonly port: number;
  readonly servicediscovery: ServiceDiscoveryClient;
  readonly log: Log;
  /**
   * Milliseconds of a clock that never goes back; answers are kept by it.
   *
   * @default the process's own
   */
  readonly now?: () => number;
}

/**
 * Answers for the private DNS names of Cloud Map, as the resolver of a VPC does, and for nothing else.
 *
 * @throws SandboxProblem `port-in-use`
 */
export async function startNameServer({
  port,
  servicediscovery,
  log,
  now = () => performance.now(),
}: NameServerOptions): Promise<NameServer> {
  const resolver = new VpcResolver(now);
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port: from }) => {
    const answer = resolver.answer(message);
    if (answer) socket.send(answer, from, address);
  });
  await bind(socket, port);
  socket.on('error', (error) => log('dns', 'The socket failed', { error: error.message }));
  let turn: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const refresh = () => {
    waiting ??= turn.then(async () => {
      waiting = undefined;
      resolver.names = await readNames(servicediscovery);
    });
    turn = waiting.catch(() => undefined);
    return waiting;
  };
  return {
    port: socket.address().port,
    refresh,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port, 'dns') : error),
    );
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}
