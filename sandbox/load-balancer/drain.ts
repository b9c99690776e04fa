import type { HAProxy } from './haproxy';
import { inFlight, vacate } from './runtime';
import { backendName, type Seat, type SlotTable } from './slots';

const pollMilliseconds = 100;

/** Watches the requests in flight to deregistered targets, in every worker, and cuts them when their time is over. */
export class DrainWatch {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly haproxy: HAProxy,
    private readonly tables: ReadonlyMap<string, SlotTable>,
    private readonly lookAgain: () => void,
  ) {}

  /** Lets targets without requests leave; as long as others drain, it asks to be called again. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      for (const [arn, table] of this.tables)
        for (const seat of await this.idleSeats(backendName(arn), table.draining())) table.release(seat);
    } finally {
      if ([...this.tables.values()].some((table) => table.draining().length > 0))
        this.timer = setTimeout(this.lookAgain, pollMilliseconds).unref();
    }
  }

  /** No target is waited for any longer. */
  close(): void {
    clearTimeout(this.timer);
    for (const table of this.tables.values()) for (const seat of [...table.all]) table.release(seat);
  }

  private async idleSeats(backend: string, seats: readonly Seat[]): Promise<readonly Seat[]> {
    if (seats.length === 0) return [];
    const workers = await this.haproxy.workers();
    const counts: ReadonlyMap<string, number>[] = [];
    for (const worker of workers)
      counts.push(inFlight(await this.haproxy.run(worker, [`show stat ${backend} 4 -1`])));
    const idle = seats.filter((seat) => counts.every((count) => (count.get(seat.slot) ?? 0) === 0));
    const late = seats.filter((seat) => !idle.includes(seat) && (seat.cutAtMilliseconds ?? 0) <= Date.now());
    const commands = [
      ...late.map((seat) => `shutdown sessions server ${backend}/${seat.slot}`),
      ...idle.flatMap((seat) => vacate(`${backend}/${seat.slot}`)),
    ];
    // A worker from before the group existed has no such backend: what it answers does not matter.
    if (commands.length > 0) for (const worker of workers) await this.haproxy.run(worker, commands);
    return idle;
  }
}
