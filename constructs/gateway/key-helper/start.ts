/**
 * When a gateway starts: with keys of every issuer, its own or another member's. Without them it would refuse all tokens,
 * and a deploy that goes on from it would take the keys away that the last member has.
 *
 * So the gateway waits, and is not healthy. It waits no longer than `waitSeconds` when nobody has the keys: each other
 * member has said so, or there is none. What needs no token is served then. While one is silent it may have them, and the
 * wait has no end but the platform's, which stops the deploy.
 */
import type { IssuerKeys, Log } from './issuers';
import type { Told } from './members';
import type { Settings } from './settings';

/** Between two questions to the others. */
const askSeconds = 2;

export interface FirstKeysOptions {
  readonly settings: Pick<Settings, 'members' | 'waitSeconds'>;
  readonly issuers: readonly Pick<IssuerKeys, 'id' | 'keys' | 'adopt'>[];
  readonly ask: (host: string) => Promise<Told>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class FirstKeys {
  /** When to look again. */
  dueMs = Number.POSITIVE_INFINITY;
  private readonly beganMs: number;
  private done = false;
  private waiting = false;

  constructor(private readonly options: FirstKeysOptions) {
    this.beganMs = options.now();
  }

  /** Whether the gateway may have what there is. Asks the others for what is missing, also later. Never rejects. */
  async settled(): Promise<boolean> {
    const { log, now } = this.options;
    if (this.missing.length === 0) return this.settle();
    const silent = await this.askOthers();
    const missing = this.missing;
    if (missing.length === 0) return this.settle();
    this.dueMs = this.done ? Number.POSITIVE_INFINITY : now() + askSeconds * 1000;
    if (this.done) return true;
    const waited = now() - this.beganMs >= this.options.settings.waitSeconds * 1000;
    if (waited && silent.length === 0) {
      log('starts-without-keys', { issuers: missing });
      return this.settle();
    }
    if (!this.waiting) log('waits-for-keys', { issuers: missing, silent });
    this.waiting = true;
    return false;
  }

  private settle(): true {
    this.done = true;
    this.dueMs = Number.POSITIVE_INFINITY;
    return true;
  }

  private get missing(): string[] {
    return this.options.issuers.filter(({ keys }) => keys.length === 0).map(({ id }) => id);
  }

  /** @returns those that may have what is missing, and do not say so */
  private async askOthers(): Promise<string[]> {
    const { settings, issuers, ask } = this.options;
    const told = await Promise.all(settings.members.map(async (host) => [host, await ask(host)] as const));
    for (const [host, one] of told) {
      if (typeof one === 'string') continue;
      for (const issuer of issuers) {
        const kept = one.get(issuer.id);
        if (kept) issuer.adopt(kept, host);
      }
    }
    return told.flatMap(([host, one]) => (one === 'silent' ? [host] : []));
  }
}
