/** The other containers of a gateway's task, as processes that share the task's volumes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { GatewayContainer, Sidecar } from '../../../constructs/gateway';

/** Values that an engine would fill in, by what they refer to. */
export type EngineValues = Readonly<Record<string, string>>;

export const filledIn = (
  { engineValues = {} }: Pick<Sidecar, 'engineValues'>,
  values: EngineValues,
): Record<string, string> =>
  Object.fromEntries(Object.entries(engineValues).map(([name, { ref }]) => [name, values[ref] ?? '']));

export class Sidecars {
  /** The task's `TASK_FOLDER`; undefined when it has no volume. */
  readonly folder?: string;
  readonly log: Record<string, unknown>[] = [];
  private readonly children: ChildProcess[];

  constructor(container: GatewayContainer, values: EngineValues, environment: Record<string, string>) {
    const { mounts = [], sidecars = [] } = container;
    if (mounts.length > 0) this.folder = mkdtempSync(join(tmpdir(), 'gateway-task-'));
    for (const { path } of mounts) mkdirSync(join(this.folder ?? '', path), { recursive: true });
    this.children = sidecars.map((sidecar) => this.start(sidecar, values, environment));
  }

  /** To all of them. */
  signal(name: NodeJS.Signals): void {
    for (const child of this.children) child.kill(name);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }

  private start(sidecar: Sidecar, values: EngineValues, environment: Record<string, string>): ChildProcess {
    const [program = '', ...flags] = [...(sidecar.entryPoint ?? []), ...(sidecar.command ?? [])];
    const own = { ...sidecar.environment, ...filledIn(sidecar, values) };
    const child = spawn(program, flags, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...environment, ...own, ...(this.folder ? { TASK_FOLDER: this.folder } : {}) },
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.log.push(JSON.parse(line)));
    return child;
  }
}
