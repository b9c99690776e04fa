/** How the claims about the load balancer call an API. */
import { settle } from '../../constructs/gateway';
import { callersOf } from './callers';
import type { ApiEndpoint, VerifyContext } from './claim';
import { NotShown } from './claim';

/** Whether an API asks who calls. */
export const asksWho = ({ api }: ApiEndpoint): boolean => api.policies.authentication !== 'public';

/** Headers of a caller that may pass, where one is known. */
export function callerHeaders(context: VerifyContext, { name, api }: ApiEndpoint): Record<string, string> {
  if (context.environment.stage !== 'gateway') return { ...api.headers };
  const caller = callersOf(settle(api.policies), context, name).find(({ allowed }) => allowed);
  return { ...api.headers, ...caller?.headers };
}

export function firstUrl(context: VerifyContext): string {
  const url = context.endpoints[0]?.urls[0];
  if (!url) throw new NotShown('no API is reachable');
  return url;
}
