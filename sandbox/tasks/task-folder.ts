/**
 * The file systems of a task's containers, as far as a process without one of its own needs them: a volume is a folder,
 * and beneath each container's `TASK_FOLDER` a link leads to it, where the container has it mounted. What a container
 * writes to its temporary folder goes with the task, however the task ends: it may be a secret.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { TaskCannotStart, type TaskSpec } from './types';

export class TaskFolder {
  constructor(
    private readonly path: string,
    private readonly spec: TaskSpec,
  ) {}

  /** Value of the container's `TASK_FOLDER`; undefined when it mounts nothing. */
  of(container: string): string | undefined {
    const mounts = this.spec.containers.find(({ name }) => name === container)?.mounts ?? [];
    return mounts.length > 0 ? join(this.path, 'containers', container) : undefined;
  }

  /** Value of every container's `TMPDIR`. */
  get temporary(): string {
    return join(this.path, 'tmp');
  }

  /** @throws TaskCannotStart */
  make(): void {
    mkdirSync(this.temporary, { recursive: true, mode: 0o700 });
    for (const { name, mounts = [] } of this.spec.containers) {
      for (const { volume, path } of mounts) {
        if (!this.spec.volumes?.includes(volume)) {
          throw new TaskCannotStart(
            `container "${name}" mounts "${volume}", which is no volume of the task definition`,
          );
        }
        const target = join(this.path, 'volumes', volume);
        // Of `..` nothing is left in an absolute path.
        const link = join(this.path, 'containers', name, posix.normalize(`/${path}`).replace(/\/+$/, ''));
        mkdirSync(target, { recursive: true, mode: 0o700 });
        mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
        symlinkSync(target, link);
      }
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
