/**
 * What a gateway does when its key helper hangs: the helper writes a beat into the volume that both share, and the gateway
 * reads it. A helper that ends takes its task with it; one that hangs is a live process to ECS. A health check of its
 * container could tell, but then ECS would ask for one of the gateway's container too, and keep a gateway out of the names
 * until it has passed, though a gateway that starts learns the others' counts by name.
 *
 * The gateway serves on with the keys that it has, and says so. With a helper that hangs no key is ever taken back and none
 * comes, so the gateway then leaves as one that is told to, and is replaced; one after the other, should all of them hang
 * at once. One whose helper hung soon after its start would only do so again: it serves on for as long as an issuer's last
 * keys are taken.
 */

import { beatName, beatSeconds } from '../../key-helper/settings';
import type { GatewayMember } from '../../model';

/** Longest round of a helper: an issuer and then another gateway that do not answer, see `start.ts`, and the beat. */
const roundSeconds = 9 + beatSeconds;

export interface WatchTimes {
  /** So long without a beat, and the gateway says so: twice the longest round, 2 × 14 = 28 s, and a margin. */
  readonly silentSeconds: number;
  /** It says so again after so long. */
  readonly againSeconds: number;
  /** A helper that was well for so long is likely to be so again in a new task. */
  readonly wellSeconds: number;
  /** Then the gateway leaves after so long without a beat. */
  readonly leaveSeconds: number;
  /** Otherwise after so long. */
  readonly keepSeconds: number;
}

/** More than a gateway needs to leave and a new one to come: 120 s to drain, 120 s for Fargate, 72 s to be healthy. */
const turnSeconds = 600;

/** @param keepHours how long an issuer's last keys are taken */
export function watchTimes(
  member: GatewayMember,
  others: readonly GatewayMember[],
  keepHours: number,
): WatchTimes {
  const turn = turnSeconds * others.filter(({ name }) => name < member.name).length;
  return {
    silentSeconds: 2 * roundSeconds + 2,
    againSeconds: 600,
    wellSeconds: 3600,
    leaveSeconds: 300 + turn,
    keepSeconds: keepHours * 3600 + turn,
  };
}

/**
 * `heed`, called once a second: its seconds are its calls, so that a machine that slept has not been silent. It writes to
 * descriptor 4, and does not wait for who reads that. $published is the volume.
 */
export const heedHelper = (times: WatchTimes): string[] => [
  `quiet=${times.silentSeconds} again=${times.againSeconds} well=${times.wellSeconds}`,
  `leave=${times.leaveSeconds} keep=${times.keepSeconds} beat= silent=0 lived=0`,
  `say() { printf '{"event":"%s","seconds":%s}\\n' "$1" $silent >&4 & }`,
  'heed() {',
  `  local newest=; { read -r newest < "$published/${beatName}"; } 2> /dev/null || :`,
  '  if [ "$newest" != "$beat" ]; then',
  '    [ $silent -lt $quiet ] || say key-helper-answers',
  '    beat=$newest silent=0',
  '  fi',
  '  [ $silent -ge $quiet ] || lived=$((lived + 1))',
  '  silent=$((silent + 1))',
  '  [ $silent -lt $quiet ] || [ $(((silent - quiet) % again)) != 0 ] || say key-helper-silent',
  '  [ $silent = $leave ] && [ $lived -ge $well ] || [ $silent = $keep ] || return 0',
  '  say leaves-with-key-helper',
  '  kill -TERM $$',
  '}',
];
