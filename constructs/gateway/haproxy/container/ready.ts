/**
 * When a gateway takes part: a new one knows no pool, and answers neither clients nor the other gateways before it does.
 *
 * It is ready when each pool has an instance. A pool may have none, and then it is ready nevertheless, after
 * `namesWaitSeconds`; but not while the name server says nothing. It would take the place of one that knows the pools
 * from before, and a deploy would go on to the next.
 */
import type { GatewayModel } from '../../model';
import { line } from '../language/text';
import { controlPort } from '../parts/ports';
import { namesWaitSeconds } from './start';

export const ready = line`{ var(proc.ready) -m bool }`;

/** Read by a worker that takes over: it is ready from its start. */
export const readyConfiguration = 'ready.cfg';

/** A question for the address of a host (RFC 1035, section 4.1), as `printf` writes it. */
function question(host: string): string {
  const labels = host.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const bytes = [0x67, 0x77, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1];
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Functions of the start script; `prepare` returns when the gateway is ready. */
export const getReady = ({ apis }: Pick<GatewayModel, 'apis'>): string[] => [
  'asks() {',
  `  { exec 3<> "/dev/tcp/$LOOPBACK/${controlPort}"; } 2> /dev/null || return 1`,
  `  printf '%s HTTP/1.0\\r\\n\\r\\n' "$1" >&3; local status=; read -r _ status _ <&3 || :; exec 3>&-`,
  '  [ "$status" = 204 ]',
  '}',
  // Whether the name server says that a name is there, or that it is not (NXDOMAIN).
  'resolves() {',
  `  { exec 3<> "/dev/udp/\${DNS%:*}/\${DNS##*:}"; } 2> /dev/null || return 1`,
  `  printf '${question(apis[0]?.pool.host ?? 'localhost')}' >&3`,
  '  head -c 4 <&3 > answer 2> /dev/null & local reader=$!',
  '  sleep 1 > /dev/null 2>&1; kill $reader 2> /dev/null || :; exec 3>&-',
  '  local bytes; read -r -a bytes < <(od -A n -t u1 answer) || return 1',
  `  [ \${#bytes[@]} = 4 ] && (( (bytes[3] & 15) == 0 || (bytes[3] & 15) == 3 ))`,
  '}',
  'prepare() {',
  '  local tries said=',
  '  for ((tries = 0; ; tries++)); do',
  "    ! asks 'GET /known' || break",
  `    if [ $tries -ge ${2 * namesWaitSeconds} ]; then`,
  '      ! resolves || break',
  `      [ -n "$said" ] || { said=1; echo '{"event":"waits-for-names"}'; }`,
  '    fi',
  '    sleep 0.5 > /dev/null 2>&1',
  '  done',
  `  printf 'global\\n  set-var proc.ready bool(true)\\n' > ${readyConfiguration}`,
  "  until asks 'POST /ready'; do sleep 0.2 > /dev/null 2>&1; done",
  '}',
];
