/**
 * Sizes that Fargate has.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */

const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** Memory in MiB by CPU units. */
export const fargateSizes: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, steps(1024, 4096, 1024)],
  [1024, steps(2048, 8192, 1024)],
  [2048, steps(4096, 16_384, 1024)],
  [4096, steps(8192, 30_720, 1024)],
  [8192, steps(16_384, 61_440, 4096)],
  [16_384, steps(32_768, 122_880, 8192)],
]);

/**
 * How a container's lines go to CloudWatch Logs. With `blocking` a program that writes stops when CloudWatch does not
 * answer; with `non-blocking` lines wait in memory, and the newest are lost when it is full. Said explicitly, as AWS
 * changed the default in 2025, and an account may have another (`defaultLogDriverMode`).
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export const logDelivery = { mode: 'non-blocking', maxBufferMiB: 25 } as const;

/** Longest time between the stop signal and the kill. */
export const LONGEST_STOP_SECONDS = 120;
/** A task definition with all that is in it. */
export const TASK_DEFINITION_BYTES = 65_536;
