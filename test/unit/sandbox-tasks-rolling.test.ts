/** The planner in a world that does what it wants: the percentages hold at every step, and it comes to rest. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isSteady,
  leastHealthy,
  mostTasks,
  plan,
  type ServiceState,
  type TaskState,
} from '../../sandbox/tasks/plan';

type Happening = 'progress' | 'die' | 'sicken' | 'recover' | 'deploy' | 'grow' | 'shrink';

const service = fc.record({
  desiredCount: fc.integer({ min: 0, max: 6 }),
  minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
  maximumPercent: fc.integer({ min: 100, max: 250 }),
});
const happenings = fc.array(
  fc.tuple(
    fc.constantFrom<Happening>(
      'progress',
      'progress',
      'progress',
      'die',
      'sicken',
      'recover',
      'deploy',
      'grow',
      'shrink',
    ),
    fc.nat(),
  ),
  { maxLength: 60 },
);

class World {
  tasks: TaskState[] = [];
  private deployment = 0;
  private made = 0;
  nowMs = 0;

  constructor(
    private settings: { desiredCount: number; minimumHealthyPercent: number; maximumPercent: number },
  ) {}

  get service(): ServiceState {
    const primary = { id: `d${this.deployment}`, failed: false, mayStartAtMs: 0 };
    return { ...this.settings, active: true, graceSeconds: 0, primary };
  }

  /** @returns whether anything was to do */
  act(): boolean {
    const { service } = this;
    const healthyBefore = this.healthy();
    const before = this.tasks.length;
    const { start, stop } = plan(service, this.tasks, this.nowMs);
    for (const { taskId } of stop) this.change(taskId, { phase: 'stopping' });
    // Never below the minimum by the scheduler's own doing, never above the maximum.
    expect(this.healthy()).toBeGreaterThanOrEqual(Math.min(healthyBefore, leastHealthy(service)));
    for (let count = 0; count < start; count += 1) this.add();
    if (start > 0) expect(this.tasks.length).toBeLessThanOrEqual(mostTasks(service));
    else expect(this.tasks.length).toBe(before);
    return start > 0 || stop.length > 0;
  }

  happen(what: Happening, which: number): void {
    this.nowMs += 1000;
    const task = this.tasks[which % Math.max(1, this.tasks.length)];
    if (what === 'deploy') this.deployment += 1;
    if (what === 'grow') this.settings = { ...this.settings, desiredCount: this.settings.desiredCount + 1 };
    if (what === 'shrink')
      this.settings = { ...this.settings, desiredCount: Math.max(0, this.settings.desiredCount - 1) };
    if (task === undefined) return;
    if (what === 'die') this.remove(task);
    if (what === 'sicken' && task.phase === 'running') this.change(task.id, { health: 'unhealthy' });
    if (what === 'recover' && task.phase === 'running') this.change(task.id, { health: 'healthy' });
    if (what === 'progress') this.progress(task);
  }

  /** Nothing goes wrong any more. */
  progressAll(): boolean {
    this.nowMs += 1000;
    const moving = this.tasks.filter(({ phase, health }) => phase !== 'running' || health === 'unknown');
    for (const task of moving) this.progress(task);
    return moving.length > 0;
  }

  private progress(task: TaskState): void {
    if (task.phase === 'stopping') this.remove(task);
    else if (task.phase === 'starting') this.change(task.id, { phase: 'running' });
    else if (task.health === 'unknown') this.change(task.id, { health: 'healthy' });
  }

  private healthy(): number {
    return this.tasks.filter(({ phase, health }) => phase !== 'stopping' && health === 'healthy').length;
  }

  private add(): void {
    const id = `t${this.made++}`;
    const zone = 'ab'[this.made % 2] as string;
    const deploymentId = `d${this.deployment}`;
    this.tasks.push({
      id,
      deploymentId,
      zone,
      phase: 'starting',
      health: 'unknown',
      startedAtMs: this.nowMs,
    });
  }

  private remove(task: TaskState): void {
    this.tasks = this.tasks.filter(({ id }) => id !== task.id);
  }

  private change(taskId: string, change: Partial<TaskState>): void {
    this.tasks = this.tasks.map((task) => (task.id === taskId ? { ...task, ...change } : task));
  }
}

test('whatever happens: within the percentages at every step, and at rest in the end', () => {
  fc.assert(
    fc.property(service, happenings, (settings, story) => {
      const world = new World(settings);
      world.act();
      for (const [what, which] of story) {
        world.happen(what, which);
        world.act();
      }
      let steps = 0;
      while ((world.progressAll() || world.act()) && steps < 500) {
        world.act();
        steps += 1;
      }
      expect(steps).toBeLessThan(500);
      const { blocked } = plan(world.service, world.tasks, world.nowMs);
      // Only percentages that forbid both ways may leave it unfinished: no task less, no task more.
      if (blocked) {
        expect(mostTasks(world.service)).toBe(world.service.desiredCount);
        expect(leastHealthy(world.service)).toBe(world.service.desiredCount);
      } else {
        expect(isSteady(world.service, world.tasks)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
