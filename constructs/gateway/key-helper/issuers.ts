/** What is known of each issuer's keys, and when to ask again. */
import { type Key, type Reading, readJwks } from './jwks';

export interface Issuer {
  /** Begins the names of its files. */
  readonly id: string;
  readonly jwksUrl: string;
}

export interface Timing {
  readonly refreshSeconds: number;
  /** Between two tries while the issuer does not answer. */
  readonly retrySeconds: number;
  /** How long the last known keys are taken when the issuer does not answer. */
  readonly keepHours: number;
}

/** One JSON object a line. */
export type Log = (event: string, about: Readonly<Record<string, unknown>>) => void;

export interface IssuerOptions {
  readonly issuer: Issuer;
  readonly timing: Timing;
  /** Text of the key set. Rejects when the issuer does not answer as it should. */
  readonly fetch: (url: string) => Promise<string>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Keys, and when the issuer said them last, in milliseconds since 1970. */
export interface Kept {
  readonly answeredMs: number;
  readonly keys: readonly Key[];
}

/** Between two tries while there is no key. */
const firstRetrySeconds = 5;

export class IssuerKeys {
  keys: readonly Key[] = [];
  /** When to ask next. */
  dueMs = 0;
  /** Undefined: it never answered. */
  private answeredMs?: number;
  private failing?: string;
  private skipped = '[]';

  constructor(private readonly options: IssuerOptions) {}

  get id(): string {
    return this.options.issuer.id;
  }

  /** Asks the issuer. Never rejects. */
  async refresh(): Promise<void> {
    const { issuer, timing, now } = this.options;
    try {
      const reading = readJwks(await this.options.fetch(issuer.jwksUrl));
      this.tellSkipped(reading);
      // As when it does not answer: nobody takes all keys away on purpose.
      if (reading.keys.length === 0) throw new Error('none of its keys can be used');
      this.take(reading.keys);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    const { refreshSeconds, retrySeconds } = timing;
    const retry = this.keys.length > 0 ? retrySeconds : Math.min(firstRetrySeconds, retrySeconds);
    this.dueMs = now() + 1000 * (this.failing === undefined ? refreshSeconds : retry);
  }

  /** What another member may take. Undefined: nothing. */
  get kept(): Kept | undefined {
    const { keys, answeredMs } = this;
    return keys.length > 0 && answeredMs !== undefined ? { keys, answeredMs } : undefined;
  }

  /** Takes what another member has kept, if this one has nothing, for as long as that one does. */
  adopt({ keys, answeredMs }: Kept, member: string): void {
    const { issuer, log, now } = this.options;
    if (this.keys.length > 0 || keys.length === 0 || this.expired(answeredMs)) return;
    this.keys = keys;
    // A clock that is ahead must not make it longer.
    this.answeredMs = Math.min(answeredMs, now());
    log('keys-adopted', { issuer: issuer.id, member, keys: keys.length });
  }

  private expired(answeredMs: number): boolean {
    const { timing, now } = this.options;
    return now() - answeredMs >= timing.keepHours * 3_600_000;
  }

  private take(keys: readonly Key[]): void {
    const { issuer, log, now } = this.options;
    const before = new Map(this.keys.map((key) => [key.kid, key.pem]));
    const changed = keys.filter(({ kid, pem }) => before.get(kid) !== pem).map(({ kid }) => kid);
    const removed = [...before.keys()].filter((kid) => !keys.some((key) => key.kid === kid));
    if (this.failing !== undefined) log('issuer-answers', { issuer: issuer.id });
    if (changed.length + removed.length > 0) {
      log('keys-changed', { issuer: issuer.id, keys: keys.length, added: changed, removed });
    }
    this.keys = keys;
    this.answeredMs = now();
    this.failing = undefined;
  }

  private fail(reason: string): void {
    const { issuer, timing, log } = this.options;
    if (this.failing !== reason) log('issuer-fails', { issuer: issuer.id, reason, keys: this.keys.length });
    this.failing = reason;
    if (this.keys.length > 0 && this.expired(this.answeredMs ?? 0)) {
      log('keys-expired', { issuer: issuer.id, keepHours: timing.keepHours });
      this.keys = [];
    }
  }

  private tellSkipped({ skipped }: Reading): void {
    const text = JSON.stringify(skipped);
    if (text !== this.skipped && skipped.length > 0) {
      this.options.log('keys-skipped', { issuer: this.id, skipped });
    }
    this.skipped = text;
  }
}
