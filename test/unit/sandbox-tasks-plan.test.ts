import { describe, expect, test } from '@jest/globals';
import {
  type Health,
  isSteady,
  leastHealthy,
  mostTasks,
  type Phase,
  plan,
  type ServiceState,
  type TaskState,
} from '../../sandbox/tasks/plan';

const NOW_MS = 1_000_000;

function service(given: Partial<ServiceState> = {}): ServiceState {
  return {
    active: true,
    desiredCount: 2,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    graceSeconds: 0,
    primary: { id: 'new', failed: false, mayStartAtMs: 0 },
    ...given,
  };
}

/** `new:running:healthy`, with ids t0, t1, … in the order given; zones a and b in turn. */
function tasks(...texts: string[]): TaskState[] {
  return texts.map((text, index) => {
    const [deploymentId, phase, health] = text.split(':') as [string, Phase, Health];
    return {
      id: `t${index}`,
      deploymentId,
      phase,
      health,
      zone: 'ab'[index % 2] as string,
      startedAtMs: index,
    };
  });
}

function planned(given: Partial<ServiceState>, ...texts: string[]) {
  const { start, stop, blocked } = plan(service(given), tasks(...texts), NOW_MS);
  return { start, stop: stop.map(({ taskId, reason }) => `${taskId} ${reason}`), blocked };
}

const STOP_FIRST = { minimumHealthyPercent: 0, maximumPercent: 100 };

describe('percentages', () => {
  test.each([
    // desired, minimum, maximum -> least, most
    [2, 50, 100, 1, 2],
    [2, 100, 150, 2, 3],
    [3, 50, 150, 2, 4],
    [1, 0, 100, 0, 1],
    [1, 100, 150, 1, 1],
    [0, 100, 200, 0, 0],
  ])(
    '%i tasks at %i/%i: at least %i healthy, at most %i',
    (desiredCount, minimumHealthyPercent, maximumPercent, least, most) => {
      expect(leastHealthy({ desiredCount, minimumHealthyPercent })).toBe(least);
      expect(mostTasks({ desiredCount, maximumPercent })).toBe(most);
    },
  );
});

describe('plan', () => {
  test('a new service starts what is desired', () => {
    expect(planned({})).toEqual({ start: 2, stop: [], blocked: false });
  });

  test('what is as it should be is left alone', () => {
    expect(planned({}, 'new:running:healthy', 'new:running:healthy')).toEqual({
      start: 0,
      stop: [],
      blocked: false,
    });
  });

  test('tasks that are on their way count as started', () => {
    expect(planned({}, 'new:starting:unknown', 'new:running:unknown').start).toBe(0);
  });

  test('start-first (100/200): the new ones come beside the old ones', () => {
    expect(planned({}, 'old:running:healthy', 'old:running:healthy')).toEqual({
      start: 2,
      stop: [],
      blocked: false,
    });
  });

  test('start-first: an old one goes for each new one that is healthy', () => {
    expect(
      planned({}, 'old:running:healthy', 'old:running:healthy', 'new:running:healthy', 'new:running:unknown')
        .stop,
    ).toEqual(['t1 deployment']);
  });

  test('stop-first (0/100): the old ones go, and the new ones wait until they are gone', () => {
    expect(planned(STOP_FIRST, 'old:running:healthy', 'old:running:healthy')).toEqual({
      start: 0,
      stop: ['t1 deployment', 't0 deployment'],
      blocked: false,
    });
    expect(planned(STOP_FIRST, 'old:stopping:healthy', 'old:stopping:healthy')).toEqual({
      start: 0,
      stop: [],
      blocked: false,
    });
    expect(planned(STOP_FIRST, 'old:stopping:healthy').start).toBe(1);
  });

  test('50/100 of two: one at a time', () => {
    const half = { minimumHealthyPercent: 50, maximumPercent: 100 };
    expect(planned(half, 'old:running:healthy', 'old:running:healthy')).toEqual({
      start: 0,
      stop: ['t1 deployment'],
      blocked: false,
    });
    expect(planned(half, 'old:running:healthy').start).toBe(1);
    expect(planned(half, 'old:running:healthy', 'new:running:unknown')).toEqual({
      start: 0,
      stop: [],
      blocked: false,
    });
    expect(planned(half, 'old:running:healthy', 'new:running:healthy').stop).toEqual(['t0 deployment']);
  });

  test('100/150 of one: no way forward, and it says so', () => {
    const stuck = { desiredCount: 1, maximumPercent: 150 };
    expect(planned(stuck, 'old:running:healthy')).toEqual({ start: 0, stop: [], blocked: true });
  });

  test('a deploy upon a deploy: old tasks that never served go at once', () => {
    expect(planned({}, 'old:running:healthy', 'old:starting:unknown')).toEqual({
      start: 2,
      stop: ['t1 deployment'],
      blocked: false,
    });
  });

  test('scaling in takes from the fullest zone, newest first, those that serve last', () => {
    const four = ['new:running:healthy', 'new:running:healthy', 'new:running:healthy', 'new:running:unknown'];
    expect(planned({}, ...four).stop).toEqual(['t3 scale-in', 't2 scale-in']);
  });

  test('scaling to zero stops all', () => {
    expect(planned({ desiredCount: 0 }, 'new:running:healthy', 'old:running:healthy').stop).toEqual([
      't0 scale-in',
      't1 deployment',
    ]);
  });

  test('an unhealthy task is replaced first and stopped when the replacement serves', () => {
    expect(planned({}, 'new:running:healthy', 'new:running:unhealthy')).toEqual({
      start: 1,
      stop: [],
      blocked: false,
    });
    expect(planned({}, 'new:running:healthy', 'new:running:unhealthy', 'new:running:healthy').stop).toEqual([
      't1 unhealthy',
    ]);
  });

  test('an unhealthy task is stopped first where there is no place for its replacement', () => {
    expect(planned({ ...STOP_FIRST, desiredCount: 1 }, 'new:running:unhealthy')).toEqual({
      start: 0,
      stop: ['t0 unhealthy'],
      blocked: false,
    });
  });

  test('within the grace period an unhealthy task is left alone, and its end is when to look again', () => {
    const patient = service({ desiredCount: 1, graceSeconds: 30 });
    const [task] = tasks('new:running:unhealthy') as [TaskState];
    expect(plan(patient, [{ ...task, startedAtMs: NOW_MS - 29_999 }], NOW_MS)).toEqual({
      start: 0,
      stop: [],
      wakeAtMs: NOW_MS + 1,
      blocked: false,
    });
    expect(plan(patient, [{ ...task, startedAtMs: NOW_MS - 30_000 }], NOW_MS).start).toBe(1);
  });

  test('a throttled deployment waits, and says until when', () => {
    const primary = { id: 'new', failed: false, mayStartAtMs: NOW_MS + 4000 };
    expect(plan(service({ primary }), tasks('new:running:healthy'), NOW_MS)).toEqual({
      start: 0,
      stop: [],
      wakeAtMs: NOW_MS + 4000,
      blocked: false,
    });
  });

  test('a deployment that the circuit breaker gave up starts nothing and takes nothing away', () => {
    const primary = { id: 'new', failed: true, mayStartAtMs: 0 };
    expect(planned({ primary }, 'old:running:healthy', 'old:running:healthy')).toEqual({
      start: 0,
      stop: [],
      blocked: false,
    });
  });

  test('a deleted service stops all that is not stopping', () => {
    expect(
      planned({ active: false }, 'new:running:healthy', 'new:starting:unknown', 'new:stopping:healthy').stop,
    ).toEqual(['t0 service-deleted', 't1 service-deleted']);
  });
});

describe('steady', () => {
  test.each([
    [true, ['new:running:healthy', 'new:running:healthy']],
    [true, ['new:running:healthy', 'new:running:healthy', 'new:stopping:unhealthy']],
    [false, ['new:running:healthy', 'new:running:healthy', 'old:stopping:healthy']],
    [false, ['new:running:healthy', 'new:running:unknown']],
    [false, ['new:running:healthy', 'new:running:unhealthy']],
    [false, ['new:running:healthy']],
    [false, ['new:running:healthy', 'new:running:healthy', 'new:running:healthy']],
    [false, ['old:running:healthy', 'old:running:healthy']],
  ])('%s: %j', (expected, texts) => {
    expect(isSteady(service(), tasks(...texts))).toBe(expected);
  });
});
