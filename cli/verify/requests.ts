/** How the claims call an API. */
import type { ApiEndpoint, VerifyContext } from './claim';
import { NotShown } from './claim';

/** The header that carries an API key, when the API asks for one. */
export function keyHeader(endpoint: ApiEndpoint): string | undefined {
  const { authentication } = endpoint.api.policies;
  return authentication === 'public' ? undefined : authentication.apiKey.header;
}

/** Headers of a caller that may pass. */
export function callerHeaders(context: VerifyContext, endpoint: ApiEndpoint): Record<string, string> {
  const header = context.environment.stage === 'gateway' ? keyHeader(endpoint) : undefined;
  return header && context.key
    ? { ...endpoint.api.headers, [header]: context.key.value }
    : { ...endpoint.api.headers };
}

export function firstUrl(context: VerifyContext): string {
  const url = context.endpoints[0]?.urls[0];
  if (!url) throw new NotShown('no API is reachable');
  return url;
}

/** The caller's own key. @throws NotShown when none was given. */
export function requireKey(context: VerifyContext): { readonly consumer: string; readonly value: string } {
  if (!context.key) throw new NotShown('needs a key: give one with --key');
  return context.key;
}
