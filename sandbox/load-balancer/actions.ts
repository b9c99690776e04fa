import { page, statusText } from './pages';
import { quote, quoteBody, quoteFormat } from './quote';
import type { Action, Listener, Redirect, WeightedTargetGroup } from './state';

export interface ActionContext {
  readonly listener: Pick<Listener, 'protocol' | 'port'>;
  /** HAProxy's name of a target group's backend; undefined when the group is not carried. */
  readonly backendOf: (targetGroupArn: string) => string | undefined;
  /** The port on this machine that stands for a listener port of AWS; undefined for any other port. */
  readonly localPort: (awsPort: number) => number | undefined;
}

export interface ActionLines {
  readonly request: readonly string[];
  /** HAProxy wants these after all `http-request` lines. */
  readonly backend: readonly string[];
}

/** What to do when `guard`, an HAProxy condition, holds. */
export function actionLines(action: Action, guard: string, context: ActionContext): ActionLines {
  switch (action.type) {
    case 'forward':
      return forward(action.targetGroups, guard, context);
    case 'redirect':
      return { request: redirect(action, guard, context), backend: [] };
    case 'fixed-response':
      return { request: fixedResponse(action, guard), backend: [] };
  }
}

function forward(groups: readonly WeightedTargetGroup[], guard: string, context: ActionContext): ActionLines {
  const weighted = groups.filter(({ weight }) => weight > 0);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const missing = `http-request return status 503 ${pageArguments(statusText(503))} if ${guard}`;
  if (weighted.some(({ arn }) => context.backendOf(arn) === undefined) || total === 0)
    return { request: [missing], backend: [] };
  let upTo = 0;
  const backend = weighted.map(({ arn, weight }, index) => {
    upTo += weight;
    const last = index === weighted.length - 1;
    return `use_backend ${context.backendOf(arn)} if ${guard}${last ? '' : ` { var(txn.share) -m int lt ${upTo} }`}`;
  });
  const draw = `http-request set-var(txn.share) rand(${total}) if ${guard}`;
  return { request: weighted.length > 1 ? [draw] : [], backend };
}

function fixedResponse(action: Action & { type: 'fixed-response' }, guard: string): string[] {
  const { status, contentType = 'text/plain', body } = action;
  const payload = body ? ` content-type ${quote(contentType)} string ${quoteBody(body)}` : '';
  const lines = [`http-request return status ${status}${payload} if ${guard}`];
  return status >= 500 ? [`http-request set-log-level silent if ${guard}`, ...lines] : lines;
}

function redirect(action: Redirect, guard: string, context: ActionContext): string[] {
  const line = (query: string, when: string) =>
    `http-request return status ${action.status} ${pageArguments(statusText(action.status))} ` +
    `hdr Location ${location(action, query, context)} if ${guard}${when}`;
  if (action.query === '') return [line('', '')];
  if (action.query !== '#{query}') return [line(`?${action.query}`, '')];
  return [line('?#{query}', ' { query -m len gt 0 }'), line('', '')];
}

/**
 * The port of a redirect back to this load balancer is the local one: a client on this machine finds what AWS would
 * serve on 443 on the sandbox's HTTPS port. A redirect to a host of its own keeps the port that it names.
 */
function location(action: Redirect, query: string, context: ActionContext): string {
  const asked = action.port === '#{port}' ? context.listener.port : Number(action.port);
  const port = action.host.includes('#{host}') ? (context.localPort(asked) ?? asked) : asked;
  const samples: Readonly<Record<string, string>> = {
    protocol: context.listener.protocol.toLowerCase(),
    host: '%[req.fhdr(host),host_only]',
    port: String(port),
    path: '%[path,regsub(^/,)]',
    query: '%[query]',
  };
  const template = `${action.protocol.replace(/^HTTPS?$/, (name) => name.toLowerCase())}://${action.host}:${port}${action.path}${query}`;
  const parts = template.split(/#\{(protocol|host|port|path|query)\}/);
  return `"${parts.map((part, index) => (index % 2 ? samples[part] : quoteFormat(part).slice(1, -1))).join('')}"`;
}

function pageArguments(text: string): string {
  return `content-type text/html string ${quoteBody(page(text))}`;
}
