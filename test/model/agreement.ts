/** Sends requests through a real pair, and lays what happened beside what the reference says. */
import { Agent } from 'node:http';
import type { GatewayModel } from '../../constructs/gateway';
import { call, type Reply } from '../traffic/support/client';
import type { LogLine } from '../traffic/support/gateway';
import { Pair } from '../traffic/support/pair';
import { until } from '../traffic/support/until';
import { answerOf } from './generators/answers';
import { barrier } from './generators/environments';
import { keys } from './generators/requests';
import { publicKeys } from './generators/tokens';
import type { Asked, Decision, Headers } from './reading/http';
import { Reference } from './reference/reference';

/** What really happened, in the reference's words. */
interface Happened {
  readonly asked: Asked;
  readonly member: number;
  readonly expected: Decision;
  readonly reply: Reply;
  readonly reached: readonly {
    readonly method: string;
    readonly target: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }[];
  readonly requestId: string;
}

export class Agreement {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly reference: Reference;
  private seen = 0;
  private passed = 0;
  /** How often each kind of decision was made. */
  readonly decided = new Map<string, number>();

  private constructor(
    private readonly pair: Pair,
    private readonly net: number,
  ) {
    this.reference = new Reference(pair.model, { keys, issuers: publicKeys }, answerOf);
    for (const pool of Object.values(pair.pools))
      pool.behaviour = ({ url }) => ({ ...answerOf(url), body: 'x' });
  }

  static async start(net: number, model: GatewayModel): Promise<Agreement> {
    return new Agreement(
      await Pair.start({
        net,
        model,
        keys,
        instances: Object.fromEntries(model.apis.map(({ name }) => [name, 1])),
      }),
      net,
    );
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.pair.stop();
  }

  /** All of them through one member, one after the other. */
  async compare(member: number, requests: readonly Asked[]): Promise<string[]> {
    const happened: Happened[] = [];
    for (const asked of requests) happened.push(await this.send(member, asked));
    const lines = await this.lines(member, happened);
    for (const { expected } of happened) this.count(expected);
    return happened.flatMap((one) => differences(one, lines.get(one.requestId)));
  }

  /**
   * Resolves when the other member knows what this one has counted and written: it has heard of two requests that were
   * counted after all others, the second one after it had heard of the first.
   */
  async settled(member: number): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await this.passBarrier(member);
      await until('the other member knows the counts', () => this.passBarrier(1 - member));
    }
  }

  /** Whether the member knows of all that have passed. */
  private async passBarrier(member: number): Promise<boolean> {
    const { address } = this.pair.member(member);
    const reply = await call(address, `/${barrier.name}`, {
      headers: { Host: 'api.test' },
      agent: this.agent,
    });
    this.passed += 1;
    return leftIn(reply) === String(barrier.requests - this.passed);
  }

  private count({ status, deny, cache }: Decision): void {
    const kind = [status, deny, cache].filter((one) => one !== undefined).join(' ');
    this.decided.set(kind, (this.decided.get(kind) ?? 0) + 1);
  }

  private async send(member: number, asked: Asked): Promise<Happened> {
    const requestId = `r-${this.net}-${String(this.seen++).padStart(8, '0')}`;
    const withId = { ...asked, headers: [...asked.headers, ['X-Request-Id', requestId] as const] };
    const pools = Object.values(this.pair.pools);
    for (const pool of pools) pool.seen.length = 0;
    const { address } = this.pair.member(member);
    const reply = await call(address, asked.target, {
      method: asked.method,
      headers: withId.headers,
      body: asked.body,
      from: asked.from,
      framed: true,
      agent: this.agent,
    });
    const reached = pools.flatMap(({ seen }) =>
      seen.map(({ method, url, rawHeaders, body }) => ({
        method,
        target: url,
        headers: joined(rawHeaders),
        body,
      })),
    );
    return { asked, member, expected: this.reference.decide(withId), reply, reached, requestId };
  }

  /** The lines of the access log, by request. HAProxy itself refuses some framing, before there is an id. */
  private async lines(member: number, happened: readonly Happened[]): Promise<Map<string, LogLine>> {
    const { log } = this.pair.member(member);
    const last = happened.findLast(({ expected }) => !isOfFraming(expected));
    await until('all lines are there', async () =>
      log.some(({ request_id }) => last === undefined || request_id === last.requestId),
    );
    const lines = new Map(log.map((line) => [String(line.request_id), line]));
    log.length = 0;
    return lines;
  }
}

/** By lower-case name, the lines of one name with commas between. */
function joined(raw: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    all[name] = all[name] === undefined ? value : `${all[name]}, ${value}`;
  }
  return all;
}

const isOfFraming = ({ deny }: Decision): boolean => deny === 'framing';

/** Told of each request by the gateways, or of its connection: other tests look at these. */
const OF_THE_WAY =
  /^(host|connection|content-length|transfer-encoding|via|x-request-id|x-forwarded-(proto|port)|expect)$/;
/** Of the time, or of what answers are written in. */
const OF_THE_ANSWER = /^(age|vary)$/;

const withoutNames = (headers: Headers, names: RegExp) =>
  Object.entries(headers).filter(([name]) => !names.test(name));

function* compared(
  { asked, expected, reply, reached }: Happened,
  line: LogLine | undefined,
): Iterable<[string, unknown, unknown]> {
  const [got] = reached;
  yield ['status', expected.status, reply.status];
  yield ['requests that the API got', expected.reached ? 1 : 0, reached.length];
  if (expected.reached && got) {
    yield ['method', expected.reached.method, got.method];
    yield ['target', expected.reached.target, got.target];
    yield ['body', asked.body ?? '', got.body];
    for (const [name] of withoutNames({ ...got.headers, ...expected.reached.headers }, OF_THE_WAY))
      yield [`API gets ${name}`, expected.reached.headers[name], got.headers[name]];
  }
  if (isOfFraming(expected) && !line) return;
  for (const field of ['deny', 'api', 'route', 'consumer', 'cache'] as const)
    yield [field, expected[field] ?? '-', line?.[field] || '-'];
  if (expected.left) yield ['left', expected.left.join(), leftIn(reply)];
  for (const [name, value] of withoutNames(expected.headers, OF_THE_ANSWER))
    yield [`answer has ${name}`, value, reply.headers[name]?.toString()];
}

const leftIn = ({ headers }: Reply): string =>
  [...String(headers.ratelimit).matchAll(/;r=(\d+)/g)].map(([, left]) => left).join();

const differences = (one: Happened, line: LogLine | undefined): string[] =>
  [...compared(one, line)]
    .filter(([, expected, happened]) => expected !== happened)
    .map(
      ([what, expected, happened]) =>
        `${what}: ${expected} expected, ${happened} happened: ${JSON.stringify(one.asked)}`,
    );
