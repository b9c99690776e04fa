/** What never reaches an API: requests that are not valid, and callers without the right. */
import { expectThat, NotShown } from '../claim';
import { ask, type PolicyCheck, rightsOf, send } from './check';

const LARGEST_TRIED = 1024 * 1024;
const METHODS = ['DELETE', 'PUT', 'POST'] as const;

const validation: PolicyCheck = {
  policy: 'validation',
  id: 'validation',
  title: 'a request that is not valid is refused, and a valid one passes',
  async check(target, context) {
    const {
      methods,
      contentTypes,
      query,
      requiredHeaders = {},
      maxBodyBytes,
    } = target.policies.validation ?? {};
    const seen: string[] = [];
    const refused = async (what: string, status: number, more: Parameters<typeof ask>[2]) => {
      const answer = await ask(target, context, more);
      expectThat(answer.status === status, `${what}: ${answer.status} where ${status} was expected`);
      seen.push(`${what} ${status}`);
    };
    const other = METHODS.find((method) => methods && !methods.includes(method) && target.takes(method));
    if (other) await refused(other, 405, { method: other });
    if (target.wrongUrl) await refused('another path parameter', 400, { url: target.wrongUrl });
    if (query?.additional === 'refuse') await refused('another parameter', 400, { query: 'verify-other=1' });
    for (const name of Object.keys(requiredHeaders).slice(0, 1))
      await refused(`no ${name}`, 400, { without: name });
    const takesBody = (methods ?? ['POST']).includes('POST') && target.method !== 'GET';
    if (takesBody && contentTypes)
      await refused('another type', 415, { body: 'x', headers: { 'content-type': 'text/x-verify' } });
    if (takesBody && maxBodyBytes !== undefined && maxBodyBytes < LARGEST_TRIED)
      await refused('a larger body', 413, { body: 'x'.repeat(maxBodyBytes + 1) });
    const valid = await ask(target, context);
    expectThat(valid.status < 400 || valid.status === 404, `a valid request: ${valid.status}`);
    return [...seen, `a valid one ${valid.status}`].join(', ');
  },
};

const authorization: PolicyCheck = {
  policy: 'authorization',
  id: 'authorization',
  title: 'who has the right passes, who has not gets 403',
  async check(target, context) {
    const callers = rightsOf(target, context);
    if (callers.length === 0) throw new NotShown('needs a key or a token: give one with --key or --token');
    const seen: string[] = [];
    for (const { name, headers, allowed } of callers) {
      const { status } = await send(target, context, headers);
      const right = allowed ? status < 400 || status === 404 : status === 403;
      expectThat(right, `${name}: ${status} where ${allowed ? 'it may call' : '403 was expected'}`);
      seen.push(`${name}: ${status}`);
    }
    return seen.join(', ');
  },
};

export const requestChecks: readonly PolicyCheck[] = [authorization, validation];
