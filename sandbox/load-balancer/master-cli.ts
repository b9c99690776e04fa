import { connect } from 'node:net';
import { relative } from 'node:path';

/** One row of `show proc`. */
export interface Worker {
  readonly pid: number;
  /** False: it was replaced by a reload and finishes what it has in flight. */
  readonly current: boolean;
}

/** HAProxy's parser takes a line of one buffer, 16 KiB. */
const commandsPerLine = 60;
const timeoutMilliseconds = 5_000;
/** What the master says of a worker that is not there yet, or no more. From 3.x on it keeps the connection open then. */
const noSuchWorker = "Can't find the target PID";
/** macOS has room for 104 bytes with the closing zero, Linux for 108. */
const longestPathBytes = 103;

/** Speaks to the master process of HAProxy, and through it to each worker, also to those that are leaving. */
export class MasterCli {
  private readonly path: string;

  constructor(socket: string) {
    const short = relative(process.cwd(), socket);
    this.path = short.length < socket.length ? short : socket;
  }

  async processes(): Promise<{ readonly master: number; readonly workers: readonly Worker[] }> {
    const text = await this.send('show proc');
    const lines = text.split('\n');
    const master = Number(/^(\d+)\s+master\s/m.exec(text)?.[1]);
    if (!master) throw new Error(`HAProxy's master answered ${JSON.stringify(text)}`);
    const old = lines.findIndex((line) => line.startsWith('# old workers'));
    const workers = lines.flatMap((line, at) => {
      const pid = /^(\d+)\s+worker\s/.exec(line)?.[1];
      return pid ? [{ pid: Number(pid), current: old === -1 || at < old }] : [];
    });
    return { master, workers };
  }

  /** Runs commands in one worker; resolves to all they print, or to what the master says when there is no such worker. */
  async run(worker: number, commands: readonly string[]): Promise<string> {
    let output = '';
    for (let at = 0; at < commands.length; at += commandsPerLine) {
      const line = commands.slice(at, at + commandsPerLine).join('; ');
      output += await this.send(`@!${worker}; ${line}`);
    }
    return output;
  }

  private send(line: string): Promise<string> {
    if (Buffer.byteLength(this.path) > longestPathBytes)
      return Promise.reject(
        new Error(
          `${this.path} is longer than the ${longestPathBytes} bytes of a socket: give the project a shorter path`,
        ),
      );
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(this.path, () => socket.end(`${line}\n`));
      socket.setEncoding('utf8');
      socket.setTimeout(timeoutMilliseconds, () =>
        socket.destroy(new Error(`HAProxy did not answer to "${line}"`)),
      );
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.startsWith(noSuchWorker)) socket.destroy();
      });
      socket.once('error', reject);
      socket.once('close', (failed) => !failed && resolve(text));
    });
  }
}
