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

/**
 * How often the API's port is tried. It costs the API a connection without a request, and itself about 2 ms of a
 * processor.
 */
const WATCH_SECONDS = 1;
/**
 * So many refusals in a row, and the API has gone: seen three to four seconds after its end. One that closes its port
 * and opens it anew, to take over a configuration, has three seconds for it.
 */
const REFUSALS = 4;

/**
 * What the probe's container runs, with the API's port as its argument. Its health check tells of an API that cannot
 * serve; but a task whose container is not essential goes on when that ends, and the check would take its intervals to
 * notice. So from the first connection on it ends when its connections are refused, and ECS replaces the task. A port that
 * takes connections and does not answer is the check's matter, and so is one that never took any: from here an API that has
 * crashed looks like one that still starts.
 *
 * On the way out it is stopped before the API, and takes its time: until it has ended, nobody tells the API to stop. So the
 * API serves on while callers still have its address, even one that ends at SIGTERM, and has all its own time after that.
 * One that never took a connection has no callers.
 */
const watch = (leaveSeconds: number) =>
  [
    `trap 'kill $! 2> /dev/null; [[ ! $seen ]] || { sleep ${leaveSeconds} & wait $!; }; exit 0' TERM INT`,
    'seen= refused=0',
    `while ((refused < ${REFUSALS})); do`,
    `  sleep ${WATCH_SECONDS} & wait $!`,
    '  if { { :; } 3<> "/dev/tcp/127.0.0.1/$1"; } 2> /dev/null; then seen=1 refused=0',
    '  elif [[ $seen ]]; then ((refused += 1)); fi',
    'done',
    `echo "127.0.0.1:$1 refused ${REFUSALS} connections in a row: the API has ended, and so does its task"`,
    'exit 1',
  ].join('\n');

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

/**
 * What the probe's container runs. Only bash speaks TCP by itself; the gateway's image has it, too.
 *
 * @param leaveSeconds how long the API serves on once the task is told to stop
 */
export const probeRuns = ({ port }: Pick<Probed, 'port'>, leaveSeconds: number) => ({
  entryPoint: ['/bin/bash', '-c'],
  command: [watch(leaveSeconds), 'probe', String(port)],
});

/** A health check's command; it ends with 0 when the answer is good. */
export function probeCommand({ port, path, status }: Probed): ContainerHealthCheck['command'] {
  const [lowest = '', highest = lowest] = status.split('-');
  return ['CMD', '/bin/bash', '-c', ASK, 'probe', String(port), path, lowest, highest];
}
