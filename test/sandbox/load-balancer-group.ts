import type { TargetGroup } from '../../sandbox/load-balancer/state';
import { arnOf, ask, Bench, forward, group, httpState, Target } from './load-balancer-kit';

/** One target group `g` with up to three real targets behind one HTTP listener, for all tests of a file. */
export class GroupLab {
  readonly one: Target;
  readonly two: Target;
  readonly three: Target;
  bench!: Bench;
  private readonly targets: readonly Target[];

  constructor(
    readonly ports: { readonly https: number; readonly http: number },
    network: string,
    targetPort: number,
  ) {
    this.one = new Target('one', `${network}.1`, targetPort);
    this.two = new Target('two', `${network}.2`, targetPort);
    this.three = new Target('three', `${network}.3`, targetPort);
    this.targets = [this.one, this.two, this.three];
    beforeAll(async () => {
      await Promise.all(this.targets.map((target) => target.listen()));
      this.bench = await Bench.open(ports, httpState({}));
    });
    beforeEach(() => {
      for (const target of this.targets) {
        target.healthStatus = 200;
        target.requests.length = 0;
        target.answer = (_, response) => response.end(target.name);
      }
    });
    afterAll(async () => {
      await this.bench.close();
      await Promise.all(this.targets.map((target) => target.stop()));
    });
  }

  readonly serve = (
    members: readonly Target[],
    changes: Partial<TargetGroup> = {},
    idleTimeoutSeconds = 60,
  ): Promise<void> =>
    this.bench.become(
      httpState({
        groups: [group('g', members, changes)],
        defaultAction: forward('g'),
        facts: { idleTimeoutSeconds },
      }),
    );

  /** Exactly these are registered and admitted, whatever a test before has done. */
  readonly settle = async (
    members: readonly Target[],
    changes: Partial<TargetGroup> = {},
    idleTimeoutSeconds = 60,
  ): Promise<void> => {
    await this.serve(members, changes, idleTimeoutSeconds);
    for (const member of members) await this.bench.untilTarget('g', member, 'healthy');
    for (const other of this.targets.filter((target) => !members.includes(target)))
      await this.bench.untilTarget('g', other, undefined);
  };

  /** Who answered, one request after the other. */
  readonly names = async (count: number): Promise<string[]> => {
    const bodies: string[] = [];
    for (let index = 0; index < count; index++) bodies.push((await ask(this.ports.http, '/')).body);
    return bodies;
  };

  readonly reported = (target: Target) =>
    this.bench.reports
      .at(-1)
      ?.[arnOf('g')]?.find(({ id, port }) => id === target.address && port === target.port);

  readonly reloads = () => this.bench.logged.filter(({ message }) => message === 'Reloaded').length;
}

/** Resolves when a request has arrived, to what makes the target answer it. */
export function held(target: Target): Promise<() => void> {
  return new Promise((resolve) => {
    target.answer = (_, response) => resolve(() => response.end(`late ${target.name}`));
  });
}
