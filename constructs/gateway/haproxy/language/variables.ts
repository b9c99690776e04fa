/** Environment variables that the start script sets and the configuration reads, to stand in double quotes. */
import type { Text } from './text';

const variable = (name: string) => `\${${name}}` as Text;

/** Where the gateway listens. */
export const listenAddress = variable('LISTEN');
/** Where it calls itself. */
export const loopbackAddress = variable('LOOPBACK');
/** The VPC's resolver. */
export const dnsAddress = variable('DNS');
/** When the container started, in seconds since 1970. */
export const startTime = variable('STARTED');
