import { nowhere, type Slot } from './slots';

/** Slots by backend name. */
export type Placement = ReadonlyMap<string, readonly Slot[]>;

/**
 * Commands that lead a running worker from one placement to another. Targets come before others go, so that a group
 * is never empty on the way.
 */
export function placementCommands(before: Placement, after: Placement): string[] {
  const come: string[] = [];
  const go: string[] = [];
  for (const [backend, slots] of after) {
    const known = new Map(before.get(backend)?.map((slot) => [slot.name, slot.serves]));
    for (const { name, serves } of slots) {
      const old = known.get(name);
      const server = `${backend}/${name}`;
      if (serves && (old?.address !== serves.address || old.port !== serves.port)) {
        come.push(
          `set server ${server} addr ${serves.address} port ${serves.port}`,
          `set server ${server} state ready`,
        );
      } else if (old && !serves) go.push(...vacate(server));
    }
  }
  return [...come, ...go];
}

/** No new requests; those in flight go on. Pointing the slot elsewhere is what makes HAProxy close idle connections. */
export function vacate(server: string): string[] {
  return [
    `set server ${server} state maint`,
    `set server ${server} addr ${nowhere.address} port ${nowhere.port + 1}`,
    `set server ${server} addr ${nowhere.address} port ${nowhere.port}`,
  ];
}

/** Requests in flight by slot name, from `show stat <backend> 4 -1`; a worker that lacks the backend has none. */
export function inFlight(showStat: string): ReadonlyMap<string, number> {
  const lines = showStat.split('\n').filter((line) => line.includes(','));
  const head =
    lines
      .find((line) => line.startsWith('# '))
      ?.slice(2)
      .split(',') ?? [];
  const name = head.indexOf('svname');
  const current = head.indexOf('scur');
  const rows = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
  return new Map(rows.map((row) => [row[name] ?? '', Number(row[current])]));
}

/** @throws when a command was refused; HAProxy says nothing, or what it changed, when it was not. */
export function assertAccepted(output: string): void {
  const refusal = /^(No such|Can't find|Invalid|Require|Unknown|Missing|Malformed|'set server).*$/m.exec(
    output,
  );
  if (refusal) throw new Error(`HAProxy: ${refusal[0]}`);
}
