/** Which ports `up` works with: those of the sandbox that runs, those that were asked for, or the usual ones. */
import type { SandboxPorts } from '../sandbox/types';
import { UserError } from '../stacks/user-error';

export interface PortOptions {
  readonly httpsPort?: number;
  readonly httpPort?: number;
  readonly emulatorPort?: number;
  readonly dnsPort?: number;
}

/** Not 5353: that is multicast DNS's, which a desktop answers on. */
export const DEFAULT_PORTS: SandboxPorts = { emulator: 5100, https: 8443, http: 8080, dns: 5153 };

const OPTIONS = {
  emulator: { option: '--emulator-port', property: 'emulatorPort' },
  https: { option: '--https-port', property: 'httpsPort' },
  http: { option: '--http-port', property: 'httpPort' },
  dns: { option: '--dns-port', property: 'dnsPort' },
} as const satisfies Record<keyof SandboxPorts, { option: string; property: keyof PortOptions }>;

/** @throws UserError that names each port that was asked for and that the running sandbox has not, or that two would share */
export function choosePorts(asked: PortOptions, running?: SandboxPorts): SandboxPorts {
  const wrong: string[] = [];
  const choose = (name: keyof SandboxPorts): number => {
    const { option, property } = OPTIONS[name];
    const port = asked[property] ?? (running ?? DEFAULT_PORTS)[name];
    if (running && port !== running[name]) wrong.push(`${option} ${port} (it runs with ${running[name]})`);
    return port;
  };
  const ports = {
    emulator: choose('emulator'),
    https: choose('https'),
    http: choose('http'),
    dns: choose('dns'),
  };
  if (wrong.length > 0) {
    throw new UserError(
      `A sandbox that runs keeps its ports: ${wrong.join(', ')}. Leave the option out, or end the sandbox first: npx stagecraft down`,
    );
  }
  refuseShared(ports);
  return ports;
}

/** The name server's is UDP, and may be another's too. */
function refuseShared(ports: SandboxPorts): void {
  const names = ['emulator', 'https', 'http'] as const;
  const shared = names.filter((name) =>
    names.some((other) => other !== name && ports[other] === ports[name]),
  );
  const [first] = shared;
  if (first === undefined) return;
  const options = shared.map((name) => OPTIONS[name].option).join(' and ');
  throw new UserError(`${options} would both be ${ports[first]}: give each a port of its own.`);
}
