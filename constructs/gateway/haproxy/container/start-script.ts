/**
 * What a gateway's container runs, for bash: it makes HAProxy's files, starts it, tells it to leave when the platform
 * says so, and to take new keys when there are some. In the sandbox a task is a process without a network and a file
 * system of its own, hence the three variables that begin with what Fargate gives.
 */
import { volumePath } from '../../key-helper/settings';
import type { GatewayModel } from '../../model';
import { keyLine } from '../callers/consumers';
import { keysConfiguration, keysFolder } from '../callers/issuers';
import { consumersVariable, controlPort } from '../parts/ports';
import { filePrefix } from './container';
import { heedHelper, type WatchTimes } from './helper-watch';
import { getReady, readyConfiguration } from './ready';

export interface StartOptions {
  readonly configuration: string;
  /** Files and the variables that they come in. */
  readonly files: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
  readonly hardStopSeconds: number;
  /** Ids of the issuers whose keys are taken; empty: none. */
  readonly issuers: readonly string[];
  readonly model: Pick<GatewayModel, 'apis'>;
  /** For the key helper, where there is one. */
  readonly watch: WatchTimes;
}

/** File that HAProxy writes down its servers in, for the worker that takes over. */
export const serversFile = 'servers.state';

/** Counts of the pair are handed over by a worker that has them: not in its first seconds. */
const firstReloadSeconds = 15;

/** `take` puts the newest keys in place of those before, and fails when there are none; `restore` goes back. */
const takeKeys = (issuers: readonly string[]): string[] => [
  `published="\${TASK_FOLDER:-}${volumePath}" taken=`,
  `mkdir ${keysFolder}; : > ${keysConfiguration}; : > ${readyConfiguration}; echo 1 > ${serversFile}`,
  `for issuer in ${issuers.join(' ')}; do : > "${keysFolder}/$issuer.map"; done`,
  'take() {',
  '  local newest; newest=$(readlink "$published/current") || return 1',
  '  [ "$newest" != "$taken" ] || return 1',
  `  rm -rf next; cp -R "$published/$newest" next || return 1`,
  `  taken=$newest; rm -rf before; mv ${keysFolder} before; mv next ${keysFolder}`,
  '}',
  `restore() { rm -rf ${keysFolder}; mv before ${keysFolder}; }`,
  // The helper publishes when the gateway may start: `key-helper/start.ts`.
  'until take; do sleep 0.2; done',
];

/** A new worker knows no address until its resolver has answered, so it gets what the old one knows. */
const followKeys: readonly string[] = [
  'servers() {',
  `  exec 3<> "/dev/tcp/$LOOPBACK/${controlPort}" || return 1`,
  `  printf 'GET /servers HTTP/1.0\\r\\n\\r\\n' >&3; local status=`,
  `  { read -r _ status _; while read -r; do [ "$REPLY" != $'\\r' ] || break; done; cat; } <&3 > servers.next || :`,
  `  exec 3>&-; [ "$status" = 200 ] && mv servers.next ${serversFile}`,
  '}',
  'follow() {',
  // Nobody waits for a sleep that outlives the script.
  `  [ -z "$taken" ] || sleep ${firstReloadSeconds} 2> /dev/null 4>&-`,
  '  while sleep 1 2> /dev/null 4>&-; do',
  '    heed',
  '    take || continue',
  '    if servers && check; then kill -USR2 $child; else restore; taken=; sleep 30 2> /dev/null 4>&-; fi',
  '  done',
  '}',
];

/**
 * Runs the script that it is given as `$0`, in this process, without the consumers' secret and the files in its
 * environment: what a process is started with can be read as long as it runs, whatever it unsets. They come through a
 * pipe, as the shell's own words for variables. There is no folder yet: whoever is stopped here leaves nothing.
 */
export const handOver = [
  `secret=(${consumersVariable} "\${!${filePrefix}@}")`,
  `exec 3< <(export -n "\${secret[@]}"; declare -p "\${secret[@]}" 2> /dev/null)`,
  `unset "\${secret[@]}"`,
  'exec "$BASH" -c "$0"',
].join('\n');

/** Takes what `handOver` has. */
const takeOver = 'eval "$(cat <&3)"; exec 3<&-';

export function startScript(options: StartOptions): string {
  const { configuration, files, graceSeconds, hardStopSeconds, issuers, model, watch } = options;
  const reloads = issuers.length > 0;
  const configurations = [configuration, ...(reloads ? [keysConfiguration, readyConfiguration] : [])];
  const arguments_ = configurations.map((file) => `-f ${file}`);
  const unpack = Object.entries(files).map(
    ([name, variable]) =>
      `printf %s "$${variable}" | base64 --decode | gzip -dc > ${name}; unset ${variable}`,
  );
  return [
    'set -eu; umask 077; folder=',
    `trap 'rm -rf "$folder"' EXIT; trap 'exit 143' TERM INT USR1`,
    `folder=$(mktemp -d "\${TMPDIR:-/tmp}/gateway.XXXXXX")`,
    'cd "$folder"',
    takeOver,
    ...unpack,
    // The consumers' secret goes to a file that only this user can read.
    `printf '%s\\n' "\${${consumersVariable}:-}" | { grep -E '^${keyLine}$' || :; } > keys.map; unset ${consumersVariable}`,
    `export LISTEN="\${TASK_ADDRESS:-0.0.0.0}" LOOPBACK="\${TASK_ADDRESS:-127.0.0.1}"`,
    `export DNS="\${DNS_ADDRESS:-169.254.169.253:53}"`,
    ...(reloads ? takeKeys(issuers) : []),
    'export STARTED=0',
    `check() { haproxy -c ${arguments_.join(' ')} > /dev/null; }`,
    ...(reloads ? ['check || { restore; check; }'] : ['check']),
    // Whoever sends requests must notice first; a worker that has just taken over is told too.
    'drain() {',
    '  trap : TERM INT USR1',
    `  kill "\${attendant:-}" 2> /dev/null || :`,
    `  for ((second = 0; second < ${graceSeconds}; second++)); do`,
    `    { printf 'POST /drain HTTP/1.0\\r\\n\\r\\n' > "/dev/tcp/$LOOPBACK/${controlPort}"; } 2> /dev/null || :`,
    '    sleep 1',
    '  done',
    '  kill -USR1 $child || :',
    ...(reloads
      ? [
          `  for ((fifth = 0; fifth < ${5 * hardStopSeconds}; fifth++)); do kill -0 $child 2> /dev/null || return 0; sleep 0.2; done`,
          '  kill -TERM $child || :',
        ]
      : []),
    '}',
    ...getReady(model),
    ...(reloads ? [...heedHelper(watch), ...followKeys] : []),
    // After the check, which takes its time: until the counts are learned the gateway is not healthy.
    'STARTED=$(date +%s)',
    `haproxy -W -db ${arguments_.join(' ')} & child=$!`,
    'trap drain TERM INT USR1',
    `{ prepare${reloads ? '; follow 4>&1 > /dev/null' : ''}; } < /dev/null & attendant=$!`,
    `trap 'rm -rf "$folder"; kill $attendant 2> /dev/null || :' EXIT`,
    'while kill -0 $child 2> /dev/null; do wait $child || :; done',
    'code=0; wait $child || code=$?',
    'exit $code',
  ].join('\n');
}
