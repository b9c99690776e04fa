/** Copies what containers write to where `awslogs` would send it: CloudWatch Logs. */
import { closeSync, type FSWatcher, mkdirSync, openSync, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Account } from './types';

export interface FollowedFile {
  readonly path: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogFollower {
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Lines wait so long for others, so that a busy task is one call now and then. */
const BATCH_SECONDS = 5;
/** CloudWatch Logs takes at most 1 MiB and 10,000 events in a call. */
const MOST_BYTES = 256 * 1024;

export function followLogs(
  files: readonly FollowedFile[],
  account: Pick<Account, 'appendLog'>,
  complain: (message: string) => void,
): LogFollower {
  const following = files.map((file) => new FileFollower(file, account, complain));
  return {
    close: async () => {
      await Promise.all(following.map((follower) => follower.close()));
    },
  };
}

class FileFollower {
  private readonly watcher: FSWatcher;
  private readonly decoder = new StringDecoder('utf8');
  private file?: FileHandle;
  private position = 0;
  private rest = '';
  private timer?: NodeJS.Timeout;
  private sending: Promise<void> = Promise.resolve();
  private complained = false;

  constructor(
    private readonly followed: FollowedFile,
    private readonly account: Pick<Account, 'appendLog'>,
    private readonly complain: (message: string) => void,
  ) {
    mkdirSync(dirname(followed.path), { recursive: true, mode: 0o700 });
    closeSync(openSync(followed.path, 'a', 0o600));
    this.watcher = watch(followed.path, () => {
      this.timer ??= setTimeout(() => this.flush(), BATCH_SECONDS * 1000);
    });
    this.watcher.on('error', (error) => complain(error.message));
  }

  async close(): Promise<void> {
    this.watcher.close();
    await this.flush();
    await this.file?.close();
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending = this.sending.then(() => this.send()).catch((error: Error) => this.complainOnce(error));
    return this.sending;
  }

  private async send(): Promise<void> {
    this.file ??= await open(this.followed.path, 'r');
    const buffer = Buffer.alloc(MOST_BYTES);
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      const lines = (this.rest + this.decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      this.rest = lines.pop() ?? '';
      const timestamp = Date.now();
      const events = lines.filter((line) => line !== '').map((message) => ({ timestamp, message }));
      if (events.length > 0) await this.account.appendLog(this.followed.group, this.followed.stream, events);
    }
  }

  /** The file has everything; one line about why CloudWatch Logs has not is enough. */
  private complainOnce(error: Error): void {
    if (!this.complained) this.complain(`log group ${this.followed.group}: ${error.message}`);
    this.complained = true;
  }
}
