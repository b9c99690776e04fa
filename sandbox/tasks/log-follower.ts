/** Copies what containers write to where `awslogs` would send it: CloudWatch Logs. Keeps the files within bounds. */
import { closeSync, type FSWatcher, mkdirSync, openSync, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { endLog, isLarge, rotate, useLog } from '../log-files';
import type { Account } from './types';

export interface FollowedFile {
  readonly path: string;
  /** Undefined when it goes nowhere. */
  readonly to?: { readonly group: string; readonly stream: string };
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
    useLog(followed.path);
    this.watcher = watch(followed.path, () => {
      this.timer ??= setTimeout(() => this.flush(), BATCH_SECONDS * 1000);
    });
    this.watcher.on('error', (error) => complain(error.message));
  }

  async close(): Promise<void> {
    this.watcher.close();
    await this.flush();
    await this.file?.close();
    endLog(this.followed.path);
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending = this.sending
      .then(() => this.send())
      .catch((error: Error) => this.complainOnce(error.message));
    return this.sending;
  }

  private async send(): Promise<void> {
    this.file ??= await open(this.followed.path, 'r+');
    const buffer = Buffer.alloc(MOST_BYTES);
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, this.position);
      if (bytesRead === 0) break;
      this.position += bytesRead;
      await this.take(buffer.subarray(0, bytesRead));
    }
    if (!isLarge(this.file.fd)) return;
    const late = rotate(this.followed.path, this.file.fd, this.position);
    this.position = 0;
    await this.take(late);
  }

  private async take(bytes: Buffer): Promise<void> {
    const lines = (this.rest + this.decoder.write(bytes)).split('\n');
    this.rest = lines.pop() ?? '';
    const timestamp = Date.now();
    const events = lines.filter((line) => line !== '').map((message) => ({ timestamp, message }));
    const { to } = this.followed;
    if (!to || events.length === 0) return;
    // What CloudWatch Logs does not take is in the file all the same, which must not grow for it.
    await this.account
      .appendLog(to.group, to.stream, events)
      .catch((error: Error) => this.complainOnce(`log group ${to.group}: ${error.message}`));
  }

  /** One line about why CloudWatch Logs has not got everything is enough. */
  private complainOnce(message: string): void {
    if (!this.complained) this.complain(message);
    this.complained = true;
  }
}
