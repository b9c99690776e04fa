/**
 * A container beside an API's own that asks it whether it can serve, so that the API's image needs no tool for that.
 * Under awsvpc the containers of a task share their localhost. Pure.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
import type { ContainerHealthCheck } from '../containers';

/** What is asked, and what is a good answer. */
export interface Probed {
  readonly port: number;
  readonly path: string;
  /** `200`, or `200-299`. */
  readonly status: string;
}

/** Ends at once when it is told to: on the way out it is stopped before the API, which then has all its time. */
const WAIT = `trap 'kill $!; exit 0' TERM INT; sleep infinity & wait`;

/**
 * Arguments: port, path, lowest and highest good status. They are the positional ones, so none of them is ever a part of
 * the text. No parameter expansion in braces: an engine would take it for its own.
 */
const ASK = [
  'exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1',
  String.raw`printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nUser-Agent: stagecraft-probe\r\nConnection: close\r\n\r\n' "$2" "$1" >&3`,
  String.raw`IFS=$' \r' read -r version status rest <&3`,
  '[[ $version == HTTP/1.[01] && $status =~ ^[1-5][0-9][0-9]$ && $status -ge $3 && $status -le $4 ]]',
].join('\n');

/** Only bash speaks TCP by itself; the gateway's image has it, too. */
export const probeRuns = { entryPoint: ['/bin/bash', '-c'], command: [WAIT] } as const;

/** A health check's command; it ends with 0 when the answer is good. */
export function probeCommand({ port, path, status }: Probed): ContainerHealthCheck['command'] {
  const [lowest = '', highest = lowest] = status.split('-');
  return ['CMD', '/bin/bash', '-c', ASK, 'probe', String(port), path, lowest, highest];
}
