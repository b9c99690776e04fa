import type { Log } from '../types';
import type { HAProxy } from './haproxy';
import { assertPortFree } from './ports';
import { type RenderInput, render } from './render';
import { assertAccepted, type Placement, placementCommands } from './runtime';
import { backendName, type Slot } from './slots';

/** What HAProxy runs at the moment, and the way from there to what it should run. */
export class Configuration {
  /** The text without what the runtime API can change: whom the slots serve. */
  private structure = '';
  private placement: Placement = new Map();
  private generation = 0;

  constructor(
    private readonly haproxy: HAProxy,
    private readonly log: Log,
  ) {}

  /** Moves targets by the runtime API; anything else is a reload, with the targets in the text. */
  async become(input: Omit<RenderInput, 'generation'>): Promise<void> {
    const slots = new Map(
      [...input.slots].map(([arn, all]) => [arn, all.map(({ name }): Slot => ({ name }))]),
    );
    const structure = render({ ...input, slots, generation: 0 });
    if (structure === '') await this.stop();
    else if (structure !== this.structure || !this.haproxy.running) await this.load(structure, input);
    else await this.move(input);
  }

  async stop(): Promise<void> {
    await this.haproxy.stop();
    this.structure = '';
  }

  private async load(structure: string, input: Omit<RenderInput, 'generation'>): Promise<void> {
    const { running } = this.haproxy;
    if (!running) await this.haproxy.stopLeftover();
    const held = running ? boundPorts(this.structure) : [];
    for (const port of boundPorts(structure))
      if (!held.includes(port)) await assertPortFree(port, port === input.ports.https ? 'https' : 'http');
    this.generation++;
    await this.haproxy.load(render({ ...input, generation: this.generation }), this.generation);
    this.structure = structure;
    this.placement = placementOf(input);
    this.log('load balancer', running ? 'Reloaded' : 'Started', {
      listeners: input.state.listeners.map(({ protocol, port }) => `${protocol} ${port}`),
    });
  }

  private async move(input: Omit<RenderInput, 'generation'>): Promise<void> {
    const placement = placementOf(input);
    const commands = placementCommands(this.placement, placement);
    if (commands.length > 0) {
      const current = (await this.haproxy.workers()).find((worker) => worker.current);
      if (!current) throw new Error('HAProxy has no worker');
      assertAccepted(await this.haproxy.run(current, commands));
    }
    this.placement = placement;
  }
}

function placementOf({ slots }: Pick<RenderInput, 'slots'>): Placement {
  return new Map([...slots].map(([arn, all]) => [backendName(arn), all]));
}

function boundPorts(text: string): number[] {
  return [...text.matchAll(/^ {2}bind 127\.0\.0\.1:(\d+)/gm)].map(([, port]) => Number(port));
}
