/**
 * `npm run bench:counting`: how exactly a pair of gateways counts. Calls arrive by chance (Poisson) at both gateways, from
 * callers who ask for half of their limit up to four times as much; what passes is compared with what one counter that
 * knows of every call at once would let pass. A number of arrivals may follow; without one, 1,000,000 in some 5 minutes.
 */
import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { table } from '../cli/output';
import { chooseHaproxy } from '../sandbox/chosen-programs';
import { CountedCaller, errorOf } from '../test/traffic/support/counted';
import { gatewayModel } from '../test/traffic/support/model';
import { Pair } from '../test/traffic/support/pair';

const LIMIT = { requests: 24, perSeconds: 2 };
const CALLERS_OF_EACH = 40;
/** What they ask for, as a part of their limit. */
const LOADS = [0.5, 0.9, 1.1, 2, 4];
const CONNECTIONS = 24;

/** A connection that asks one thing at a time. */
class Line {
  private readonly socket: Socket;
  private text = '';
  private done?: (status: number) => void;

  constructor(address: string) {
    this.socket = connect({ host: address, port: 8080, noDelay: true });
    this.socket.on('data', (data) => this.read(data));
  }

  ask(key: string): Promise<number> {
    this.socket.write(`GET /counted HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\n\r\n`);
    return new Promise((resolve) => {
      this.done = resolve;
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(data: Buffer): void {
    this.text += data.toString('latin1');
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/^content-length: (\d+)/im.exec(this.text.slice(0, end))?.[1] ?? 0);
    if (this.text.length < end + 4 + length) return;
    const status = Number(this.text.slice(9, 12));
    this.text = this.text.slice(end + 4 + length);
    this.done?.(status);
  }
}

async function run(arrivals: number): Promise<void> {
  const callers = LOADS.flatMap((load) =>
    Array.from(
      { length: CALLERS_OF_EACH },
      (_, nth) => new CountedCaller(`c${load * 10}-${nth}`, load, LIMIT),
    ),
  );
  const policies = { authentication: { apiKey: {} }, rateLimit: LIMIT };
  const pair = await Pair.start({
    net: 79,
    model: gatewayModel({ counted: { policies } }, { consumers: callers.map(({ name }) => ({ name })) }),
    keys: Object.fromEntries(callers.map(({ name }) => [`key-${name}`, name])),
  });
  // With a length: a line reads no chunks.
  pair.pool('counted').behaviour = () => ({ headers: { 'Content-Length': '2' }, body: '{}' });
  const lines = pair.members.map(({ address }) =>
    Array.from({ length: CONNECTIONS }, () => new Line(address)),
  );
  const free = lines.map((of) => [...of]);
  const whole = callers.reduce((sum, { load }) => sum + load, 0);
  const chances = callers.map(
    (
      (sum) => (caller: CountedCaller) =>
        (sum += caller.load / whole)
    )(0),
  );
  const perMs = (whole * LIMIT.requests) / LIMIT.perSeconds / 1000;
  const pick = () => {
    const at = Math.random();
    const index = chances.findIndex((chance) => at < chance);
    return callers[index < 0 ? callers.length - 1 : index] as CountedCaller;
  };
  let [sent, late, open] = [0, 0, 0];
  const begun = performance.now();
  let next = begun;
  while (sent < arrivals) {
    const now = performance.now();
    for (; next <= now && sent < arrivals; next += -Math.log(1 - Math.random()) / perMs) {
      const member = Math.random() < 0.5 ? 0 : 1;
      const line = free[member]?.pop();
      // A machine that cannot keep up sends less; what it does not send is no arrival.
      if (!line) {
        late += 1;
        continue;
      }
      sent += 1;
      open += 1;
      const caller = pick();
      caller.arrives(performance.now());
      void line.ask(`key-${caller.name}`).then((status) => {
        open -= 1;
        caller.answered(status);
        free[member]?.push(line);
      });
    }
    for (const pool of Object.values(pair.pools)) pool.seen.length = 0;
    await setTimeout(1);
  }
  while (open > 0) await setTimeout(5);
  const seconds = (performance.now() - begun) / 1000;
  for (const line of lines.flat()) line.close();
  await pair.stop();
  report(callers, { sent, late, seconds });
}

function report(
  callers: readonly CountedCaller[],
  run: { sent: number; late: number; seconds: number },
): void {
  const percent = (part: number) => `${(part * 100).toFixed(2)} %`;
  const rows = LOADS.map((load) => {
    const of = callers.filter((caller) => caller.load === load);
    const sum = (value: (caller: CountedCaller) => number) => of.reduce((all, one) => all + value(one), 0);
    const errors = of.map(errorOf);
    return [
      `${load} x`,
      String(sum(({ arrived }) => arrived)),
      String(sum(({ passed }) => passed)),
      String(sum(({ exact }) => exact)),
      percent(sum(({ passed }) => passed) / sum(({ exact }) => exact) - 1),
      `${percent(Math.min(...errors))} to ${percent(Math.max(...errors))}`,
    ];
  });
  const wrong = callers.reduce((sum, { other }) => sum + other, 0);
  console.log(table(['asked for', 'arrived', 'passed', 'one counter', 'error', 'of single callers'], rows));
  console.log(
    `\n${run.sent} arrivals in ${Math.round(run.seconds)} s (${Math.round(run.sent / run.seconds)} a second), ${run.late} not sent for want of a connection, ${wrong} answers neither 200 nor 429.`,
  );
}

chooseHaproxy();
console.log(execFileSync('haproxy', ['-v'], { encoding: 'utf8' }).split('\n')[0]);
void run(Number(process.argv[2] ?? 1_000_000));
