/** Whether the sandbox's ports are free, before anything is started. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { SandboxProblem } from './folder';
import type { SandboxPorts } from './types';

const HOST = '127.0.0.1';

const USES = [
  { name: 'emulator', what: "AWS's APIs", option: '--emulator-port', transport: 'TCP' },
  { name: 'https', what: 'HTTPS', option: '--https-port', transport: 'TCP' },
  { name: 'http', what: 'HTTP', option: '--http-port', transport: 'TCP' },
  { name: 'dns', what: 'DNS', option: '--dns-port', transport: 'UDP' },
] as const;

/** @throws SandboxProblem that names every port in use, and the option of `stagecraft up` that changes it */
export async function assertPortsFree(ports: SandboxPorts): Promise<void> {
  const problems: string[] = [];
  for (const { name, what, option, transport } of USES) {
    const error = await (transport === 'TCP' ? tryTcp(ports[name]) : tryUdp(ports[name]));
    if (error === undefined) continue;
    const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${error.message})`;
    problems.push(
      `${transport} port ${ports[name]} on ${HOST}, for ${what}, ${why}: stop what listens there, or choose another with ${option}.`,
    );
  }
  if (problems.length > 0) throw new SandboxProblem('port-in-use', problems.join('\n'));
}

function tryTcp(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function tryUdp(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error);
    });
    socket.bind({ port, address: HOST, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}
