/**
 * What the resolver of a VPC remembers. It is why an instance that is new is not found at once, why one that has gone
 * is still named, and why a name that was asked for too early seems not to be there.
 *
 * One cache answers all: AWS has one for each zone and each machine, so that two gateways may well see different
 * addresses. With one there are fewer new answers, which is the harder case.
 */
import type { Question } from 'dns-packet';
import type { Finding } from './zones';

interface Entry {
  readonly finding: Finding;
  readonly untilMs: number;
}

/** Names that do not exist are kept, too, and a task may make up as many as it likes. */
const MOST_ENTRIES = 10_000;

export class ResolverCache {
  private readonly entries = new Map<string, Entry>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.entries.size;
  }

  /**
   * What was found before, while it may be kept, with the seconds that are left of its TTL, counted up; else what is
   * found now.
   */
  look(question: Question, find: () => Finding | undefined): Finding | undefined {
    // RFC 2308, section 5: that there is no such name holds for all types.
    const name = `${question.class} ${question.name.toLowerCase()}`;
    const kept = this.kept(name) ?? this.kept(`${name} ${question.type}`);
    if (kept) return kept;
    const finding = find();
    if (finding) this.keep(finding.outcome === 'absent' ? name : `${name} ${question.type}`, finding);
    return finding;
  }

  private kept(key: string): Finding | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    const leftMs = entry.untilMs - this.now();
    if (leftMs > 0) return { ...entry.finding, ttlSeconds: Math.ceil(leftMs / 1000) };
    this.entries.delete(key);
    return undefined;
  }

  /** The one that came first goes first. */
  private keep(key: string, finding: Finding): void {
    if (finding.ttlSeconds <= 0) return;
    const [oldest] = this.entries.keys();
    if (this.entries.size >= MOST_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, { finding, untilMs: this.now() + 1000 * finding.ttlSeconds });
  }
}
