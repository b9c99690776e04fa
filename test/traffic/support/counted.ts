/** What one counter that knows of every call at once lets pass: the window slides as `policies/rate-limit/schema.ts` says. */

export class CountedCaller {
  arrived = 0;
  /** As the gateways answered. */
  passed = 0;
  /** As one counter would have answered. */
  exact = 0;
  /** Answers that are neither. */
  other = 0;
  private began = Number.NEGATIVE_INFINITY;
  private current = 0;
  private before = 0;

  constructor(
    readonly name: string,
    /** What it asks for, as a part of its limit. */
    readonly load: number,
    private readonly limit: { readonly requests: number; readonly perSeconds: number },
  ) {}

  /** @param now in milliseconds */
  arrives(now: number): void {
    this.arrived += 1;
    const period = this.limit.perSeconds * 1000;
    if (now - this.began >= 2 * period) {
      this.began = now;
      this.before = 0;
      this.current = 0;
    } else if (now - this.began >= period) {
      this.began += period;
      this.before = this.current;
      this.current = 0;
    }
    const used = this.current + Math.floor((this.before * (period - (now - this.began))) / period);
    if (used >= this.limit.requests) return;
    this.current += 1;
    this.exact += 1;
  }

  answered(status: number): void {
    if (status === 200) this.passed += 1;
    else if (status !== 429) this.other += 1;
  }
}

/** What the gateways let pass too much (or, below 0, too little), as a part of what one counter lets pass. */
export const errorOf = ({ passed, exact }: CountedCaller): number => passed / exact - 1;
