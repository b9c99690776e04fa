/** How the claims call an API. */
import type { ApiEndpoint, VerifyContext } from './claim';
import { NotShown } from './claim';

/** The header that carries an API key, when the API asks for one. */
export function keyHeader(endpoint: ApiEndpoint): string | undefined {
  const { authentication } = endpoint.api.policies;
  return authentication === 'public' ? undefined : authentication.apiKey?.header;
}

/** Headers of a caller that may pass. */
export function callerHeaders(context: VerifyContext, { api }: ApiEndpoint): Record<string, string> {
  const { authentication } = api.policies;
  const { environment, key, tokens } = context;
  if (environment.stage !== 'gateway' || authentication === 'public') return { ...api.headers };
  if (authentication.apiKey && key) return { ...api.headers, [authentication.apiKey.header]: key.value };
  if (authentication.jwt && tokens?.[0]) return { ...api.headers, authorization: `Bearer ${tokens[0]}` };
  return { ...api.headers };
}

export function firstUrl(context: VerifyContext): string {
  const url = context.endpoints[0]?.urls[0];
  if (!url) throw new NotShown('no API is reachable');
  return url;
}
