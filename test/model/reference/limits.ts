/** How often: what has passed is counted, over all gateways. Times are so long here that no window ends. */
import type { GatewayApi, GatewayModel, GatewayRoute, Policies } from '../../../constructs/gateway';
import type { Refusal } from './types';

type RateLimit = NonNullable<Policies['rateLimit']>;
type Windows = Extract<RateLimit, { windows: unknown }>['windows'];

export class Limits {
  private readonly counts = new Map<string, number>();

  constructor(private readonly model: GatewayModel) {}

  /** Counts a request that passes. Gives what is then left in the first window, or why it does not pass. */
  take(
    limit: RateLimit,
    {
      api,
      route,
      consumer,
      client,
    }: { api: GatewayApi; route?: GatewayRoute; consumer?: string; client: string },
  ): Refusal | readonly number[] {
    const windows = this.windowsOf(limit, consumer);
    if (!windows) return [403, 'no-plan'];
    const place = route?.refines.includes('rateLimit') ? `${api.name}/${route.name}` : api.name;
    const whose = { consumer, address: client, api: '' }[limit.by];
    const keys = windows.map(({ perSeconds }) => `${place}|${whose}|${perSeconds}`);
    const left = windows.map(({ requests }, index) => requests - (this.counts.get(keys[index] ?? '') ?? 0));
    if (left.some((one) => one <= 0)) return [429, 'rate-limit'];
    for (const key of keys) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return left.map((one) => one - 1);
  }

  private windowsOf(limit: RateLimit, consumer: string | undefined): Windows | undefined {
    if ('windows' in limit) return limit.windows.toSorted((a, b) => a.perSeconds - b.perSeconds);
    const plan = this.model.consumers.find(({ name }) => name === consumer)?.plan ?? limit.defaultPlan ?? '';
    return limit.plans[plan]?.toSorted((a, b) => a.perSeconds - b.perSeconds);
  }
}
