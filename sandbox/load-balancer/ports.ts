import { createServer } from 'node:net';
import { SandboxProblem } from '../folder';

const uses = {
  https: { what: 'HTTPS', option: '--https-port', transport: 'TCP' },
  http: { what: 'HTTP', option: '--http-port', transport: 'TCP' },
  dns: { what: 'DNS', option: '--dns-port', transport: 'UDP' },
} as const;

/** Names the port, and the option of `stagecraft up` that changes it. */
export function portInUse(port: number, use: keyof typeof uses): SandboxProblem {
  const { what, option, transport } = uses[use];
  return new SandboxProblem(
    'port-in-use',
    `${transport} port ${port} on 127.0.0.1, for ${what}, is in use: stop what listens there, or choose another with ${option}.`,
  );
}

/** @throws SandboxProblem when something listens on the TCP port. */
export async function assertPortFree(port: number, use: 'https' | 'http'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port, use) : error),
    );
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve()));
  });
}
