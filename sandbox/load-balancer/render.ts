import type { SandboxPorts } from '../types';
import { actionLines } from './actions';
import { conditionLines } from './conditions';
import { page, statusText } from './pages';
import { quoteBody } from './quote';
import { backendName, nowhere, type Slot } from './slots';
import type { BalancerState, Listener, LoadBalancerFacts, Rule, TargetGroup } from './state';
import { bindTls } from './tls';

export interface RenderInput {
  readonly state: BalancerState;
  readonly ports: Pick<SandboxPorts, 'https' | 'http'>;
  /** A PEM file with key and certificate, and a fingerprint so that a renewed file changes the text. */
  readonly certificates: ReadonlyMap<string, { readonly file: string; readonly fingerprint: string }>;
  /** By target group ARN. */
  readonly slots: ReadonlyMap<string, readonly Slot[]>;
  /** Told by `show info`, so that the supervisor knows when this text has become the running one. */
  readonly generation: number;
}

/** Names of the sockets in HAProxy's working folder: a path relative to it, for sun_path holds only 104 bytes. */
export const sockets = { stats: 'stats.sock', master: 'master.sock' } as const;

/**
 * The whole HAProxy configuration; empty when nothing listens.
 *
 * A request passes two frontends. The first holds the clients' connections (TLS, HTTP/2, keep-alive); the second, over a
 * socket with one connection per request, decides. So a rule change counts for the next request of every open
 * connection, also of those that a worker before the reload still holds; and a target that dies gives 502, where
 * HAProxy would otherwise close a kept-alive connection without a word.
 *
 * @throws when a rule cannot be said in HAProxy's words; the reader has left out what the sandbox does not carry.
 */
export function render(input: RenderInput): string {
  const { state } = input;
  const facts = state.loadBalancer;
  if (!facts || state.listeners.length === 0) return '';
  const listeners = state.listeners.flatMap((listener) => [
    connections(listener, facts, input),
    hop(listener, facts),
    requests(listener, facts, input),
  ]);
  const groups = state.targetGroups.map((group) =>
    targetGroup(group, facts, input.slots.get(group.arn) ?? []),
  );
  return `${[globals(input.generation), defaults(facts), ...listeners, ...groups].join('\n\n')}\n`;
}

function globals(generation: number): string {
  return section('global', [
    'log stdout len 8192 format raw local0',
    `stats socket unix@${sockets.stats} mode 600 level admin expose-fd listeners`,
    `description generation-${generation}`,
    'nbthread 2',
    'hard-stop-after 1h',
  ]);
}

function defaults(facts: LoadBalancerFacts): string {
  const idle = facts.idleTimeoutSeconds;
  return section('defaults', [
    'mode http',
    'retries 0',
    'option dontlognull',
    // A worker that is being replaced answers once more on each connection, and closes it then.
    'option idle-close-on-response',
    // In a backend alone it does nothing while the target's answer is awaited (seen on 2.6).
    'option abortonclose',
    'timeout connect 10s',
    `timeout client ${idle}s`,
    `timeout http-request ${idle}s`,
    `timeout http-keep-alive ${idle}s`,
    `timeout tunnel ${idle}s`,
    ...[408, 500, 502, 503, 504].map(
      (status) =>
        `http-error status ${status} content-type text/html string ${quoteBody(page(statusText(status)))}`,
    ),
  ]);
}

function connections(listener: Listener, facts: LoadBalancerFacts, input: RenderInput): string {
  const address = `127.0.0.1:${listener.port === 443 ? input.ports.https : input.ports.http}`;
  const tls = listener.tls
    ? bindTls(listener.tls, facts.http2, input.certificates)
    : { words: [], comments: [] };
  return section(`frontend connections-${listener.port}`, [
    ...tls.comments,
    ['bind', address, ...tls.words].join(' '),
    `default_backend hop-${listener.port}`,
  ]);
}

function hop(listener: Listener, facts: LoadBalancerFacts): string {
  return section(`backend hop-${listener.port}`, [
    // One connection per request: to the second frontend each request is the first of a connection.
    'option http-server-close',
    // Longer than the target's, which answers 504.
    `timeout server ${facts.idleTimeoutSeconds + 15}s`,
    `server requests unix@requests-${listener.port}.sock send-proxy-v2`,
  ]);
}

function requests(listener: Listener, facts: LoadBalancerFacts, input: RenderInput): string {
  const carried = new Set(input.state.targetGroups.map(({ arn }) => arn));
  const context = {
    listener,
    backendOf: (arn: string) => (carried.has(arn) ? backendName(arn) : undefined),
    localPort: (port: number) => ({ 443: input.ports.https, 80: input.ports.http })[port],
  };
  const actions = [
    ...listener.rules.map((rule) => actionLines(rule.action, ruleIs(rule.priority), context)),
    actionLines(listener.defaultAction, ruleIs(0), context),
  ];
  return section(`frontend requests-${listener.port}`, [
    'log global',
    'option dontlog-normal',
    `log-format ${errorLog}`,
    `bind unix@requests-${listener.port}.sock mode 600 accept-proxy`,
    `timeout client ${facts.idleTimeoutSeconds + 15}s`,
    'http-request return status 405 content-type text/html ' +
      `string ${quoteBody(page(statusText(405)))} if { method TRACE }`,
    'http-request return status 463 if { req.hdr_cnt(x-forwarded-for) gt 30 }',
    ...(facts.dropInvalidHeaderFields ? ['http-request del-header [^A-Za-z0-9-] -m reg'] : []),
    ...listener.rules.flatMap(decision),
    `http-request set-var(txn.rule) int(0) unless { var(txn.rule) -m found }`,
    ...addedHeaders(listener, facts),
    'http-request set-var(txn.path) path',
    'http-request set-var(txn.sent) date(0,ms)',
    ...actions.flatMap(({ request }) => request),
    ...ownAnswers,
    ...actions.flatMap(({ backend }) => backend),
  ]);
}

function ruleIs(priority: number): string {
  return `{ var(txn.rule) -m int ${priority} }`;
}

function decision(rule: Rule): string[] {
  const names = rule.conditions.map((_, index) => `rule-${rule.priority}-${index}`);
  const guard = ['!{ var(txn.rule) -m found }', ...names].join(' ');
  return [
    ...rule.conditions.flatMap((condition, index) => conditionLines(names[index] ?? '', condition)),
    `http-request set-var(txn.rule) int(${rule.priority}) if ${guard}`,
  ];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html and …/load-balancer-request-tracing.html */
function addedHeaders(listener: Listener, facts: LoadBalancerFacts): string[] {
  const one = '{ var(txn.forwarded) -m int 1 }';
  const forwardedFor = {
    append: [
      'http-request set-var(txn.forwarded) req.fhdr_cnt(x-forwarded-for)',
      `http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], %[src]" if ${one}`,
      `http-request add-header X-Forwarded-For %[src] unless ${one}`,
    ],
    preserve: [],
    remove: ['http-request del-header X-Forwarded-For'],
  }[facts.forwardedFor];
  const id = '1-%[var(txn.second),lower]-%[uuid,regsub(-,,g),bytes(0,24)]';
  const hasRoot = '{ req.fhdr(x-amzn-trace-id) -m sub Root= }';
  return [
    ...forwardedFor,
    `http-request set-header X-Forwarded-Proto ${listener.protocol.toLowerCase()}`,
    `http-request set-header X-Forwarded-Port ${listener.port}`,
    'http-request set-var-fmt(txn.second) %{+X}Ts',
    `http-request set-header X-Amzn-Trace-Id "Self=${id};%[req.fhdr(x-amzn-trace-id),regsub(Self=[^;]*;?,)]" if ${hasRoot}`,
    `http-request set-header X-Amzn-Trace-Id Root=${id} unless ${hasRoot}`,
  ];
}

/**
 * HAProxy says 503 for each target that it could not reach; Elastic Load Balancing says 502, or 504 when the connection
 * took more than 10 s, and keeps 503 for "no registered targets".
 */
const ownAnswers = [
  'http-response set-var(txn.answered) bool(true)',
  'http-response set-log-level silent if { status ge 500 }',
  'http-after-response set-status 504 if { status 503 } !{ var(txn.answered) -m found } { srv_name -m found } { date(0,ms),sub(txn.sent) ge 10000 }',
  'http-after-response set-status 502 if { status 503 } !{ var(txn.answered) -m found } { srv_name -m found }',
  'http-after-response set-header Server awselb/2.0 unless { var(txn.answered) -m found }',
];

const unreachable = '%[date(0,ms),sub(txn.sent),div(10000),bool,iif(504 Gateway Time-out,502 Bad Gateway)]';

const errorLog = `'{"status":%ST,"termination":"%ts","group":"%b","target":"%si:%sp","rule":"%[var(txn.rule)]","method":"%[capture.req.method,json(utf8s)]","path":"%[var(txn.path),json(utf8s)]","milliseconds":%Ta}'`;

function targetGroup(group: TargetGroup, facts: LoadBalancerFacts, slots: readonly Slot[]): string {
  return section(`backend ${backendName(group.arn)}`, [
    `balance ${group.algorithm === 'round_robin' ? 'roundrobin' : 'leastconn'}`,
    'http-reuse always',
    `timeout server ${facts.idleTimeoutSeconds}s`,
    ...(facts.sourceAddress ? [`source ${facts.sourceAddress}`] : []),
    `default-server pool-purge-delay ${facts.idleTimeoutSeconds}s${group.protocol === 'HTTPS' ? ' ssl verify none' : ''}`,
    // A worker that is being replaced counts no servers: https://github.com/haproxy/haproxy/blob/v2.6.0/src/backend.c (be_usable_srv)
    `http-request return status 503 content-type text/html string ${quoteBody(page(statusText(503)))} if { nbsrv eq 0 } !{ stopping }`,
    `http-error status 503 content-type text/html lf-string ${quoteBody(page(unreachable))}`,
    ...slots.map(({ name, serves }) =>
      serves
        ? `server ${name} ${serves.address}:${serves.port}`
        : `server ${name} ${nowhere.address}:${nowhere.port} disabled`,
    ),
  ]);
}

function section(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}
