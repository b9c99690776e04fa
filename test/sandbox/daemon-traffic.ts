/** Requests through the sandbox's load balancer, one after the other, until it is told to stop. */
import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly instance: string;
  readonly version: string;
  /** When it came. */
  readonly atMs: number;
}

export class Traffic {
  readonly answers: Answer[] = [];
  private readonly agent = new Agent({ connections: 4 });
  private readonly running: Promise<void>[];
  private waiting: (() => void)[] = [];
  private stopped = false;

  constructor(private readonly url: string) {
    this.running = [1, 2, 3].map(() => this.send());
  }

  /** Resolves at the first answer after which it holds. */
  async until(holds: (answers: readonly Answer[]) => boolean): Promise<void> {
    while (!holds(this.answers)) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async stop(): Promise<readonly Answer[]> {
    this.stopped = true;
    await Promise.all(this.running);
    await this.agent.close();
    return this.answers;
  }

  private async send(): Promise<void> {
    while (!this.stopped) {
      // Each takes a while, so that some are in flight whenever a task is stopped.
      this.answers.push(await ask(`${this.url}?delayMs=20`, this.agent));
      for (const resolve of this.waiting.splice(0)) resolve();
    }
  }
}

/** Status 0: there was no answer. */
export async function ask(url: string, dispatcher?: Agent): Promise<Answer> {
  try {
    const { statusCode: status, body } = await request(url, { dispatcher });
    const text = await body.text();
    const { instance = '', version = '' } = status === 200 ? JSON.parse(text) : {};
    return { status, instance, version, atMs: Date.now() };
  } catch {
    return { status: 0, instance: '', version: '', atMs: Date.now() };
  }
}

export function instancesOf(answers: readonly Answer[]): readonly string[] {
  return [...new Set(answers.map(({ instance }) => instance))].filter((name) => name !== '').sort();
}
