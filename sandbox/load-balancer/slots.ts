import type { TargetAddress } from './state';

/** Where an empty server slot points: nothing listens there, and the slot is disabled. */
export const nowhere: TargetAddress = { address: '127.0.0.1', port: 1 };

/** A server line of a target group's backend: what it is called, and whom it serves at the moment. */
export interface Slot {
  readonly name: string;
  /** Undefined: the slot takes no new requests. */
  readonly serves?: TargetAddress;
}

/** HAProxy's name of a target group: its own name and id, the end of the ARN. */
export function backendName(targetGroupArn: string): string {
  return targetGroupArn.split(':targetgroup/').at(-1)?.replaceAll('/', '.') ?? targetGroupArn;
}

/** A target and the slot that it holds, from its registration until its last request has ended. */
export interface Seat {
  readonly target: TargetAddress;
  readonly slot: string;
  /** Set when the target was deregistered: its requests in flight are cut then. */
  cutAtMilliseconds?: number;
  /** Resolves when the target is neither registered nor draining. */
  readonly left: Promise<void>;
  readonly leave: () => void;
}

/**
 * The server slots of one target group. A slot belongs to one target until that target has left, so that in every
 * worker, the current one and those before a reload, the same name means the same target.
 */
export class SlotTable {
  private readonly seats: Seat[] = [];
  private size = 16;

  /** Registered targets take a slot, those that are registered no more begin to drain. */
  sync(targets: readonly TargetAddress[], deregistrationDelaySeconds: number): void {
    for (const seat of this.seats)
      if (seat.cutAtMilliseconds === undefined && !targets.some((target) => same(target, seat.target)))
        seat.cutAtMilliseconds = Date.now() + deregistrationDelaySeconds * 1000;
    for (const target of targets) if (!this.registered(target)) this.seat(target);
  }

  registered(target: TargetAddress): Seat | undefined {
    return this.seats.find((seat) => seat.cutAtMilliseconds === undefined && same(seat.target, target));
  }

  draining(target?: TargetAddress): Seat[] {
    return this.seats.filter(
      (seat) => seat.cutAtMilliseconds !== undefined && (!target || same(seat.target, target)),
    );
  }

  get all(): readonly Seat[] {
    return this.seats;
  }

  release(seat: Seat): void {
    this.seats.splice(this.seats.indexOf(seat), 1);
    seat.leave();
  }

  /** Every slot, in order; only admitted targets are served. */
  slots(admitted: (target: TargetAddress) => boolean): Slot[] {
    return this.names().map((name) => {
      const seat = this.seats.find(({ slot }) => slot === name);
      const serves =
        seat && seat.cutAtMilliseconds === undefined && admitted(seat.target) ? seat.target : undefined;
      return { name, serves };
    });
  }

  private seat(target: TargetAddress): void {
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.seats.push({ target, slot: this.freeName(), left, leave });
  }

  private freeName(): string {
    const free = this.names().find((name) => !this.seats.some(({ slot }) => slot === name));
    if (free) return free;
    this.size *= 2;
    return this.freeName();
  }

  private names(): string[] {
    return Array.from({ length: this.size }, (_, index) => `target-${index + 1}`);
  }
}

function same(one: TargetAddress, other: TargetAddress): boolean {
  return one.address === other.address && one.port === other.port;
}
