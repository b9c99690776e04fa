/**
 * `npm run bench:gateway`: what one gateway costs, beside a bare HAProxy and beside nginx and Caddy doing the same as
 * far as they can. Takes less than two minutes. Ends with 1 when haproxy or wrk is missing; nginx and Caddy are left
 * out when they are.
 *
 * What is fair here:
 * - Each contender has one core to itself, by `taskset`, and so one worker thread: HAProxy and Go see one core, nginx
 *   is told. The gateway's configuration is the rendered one, unchanged. All else, the load, the API and the pair's
 *   other member, is on the other cores. The figures are for one core of a gateway; a task with two serves more.
 * - wrk makes the load, since one core must drive both it and the API: a tool in JavaScript would be the limit itself.
 * - All contenders run at the same time, and take turns for a few seconds each, so that whatever else the machine does
 *   meets all. Figures are medians of the rounds.
 * - All but the bare HAProxy write an access log of one JSON line per request, to /dev/null, and give each request an
 *   id: the gateway always does. What the gateway refuses and strips besides, the others do not do.
 * - "CPU" is the time on the core for one request. When "busy" is well below 100 %, something other than the contender
 *   was the limit, and its CPU says more than its requests per second.
 * - Of nginx's policies the keys stand in clear in its configuration, and its limit and cache are one machine's own.
 *   Caddy has no cache, and a rate limit only as a third-party module: both are left out.
 */
import { table } from '../cli/output';
import { until } from '../test/traffic/support/until';
import { type Contender, mustAnswer, type Scenario, scenarios } from './gateway/contender';
import { cores } from './gateway/cores';
import { startGateways } from './gateway/gateways';
import { measure, method, type Result } from './gateway/measure';
import { startBare, startCaddy, startNginx, startUpstream } from './gateway/servers';
import { missingPrograms, type Program } from './programs';

const json = process.argv.includes('--json');

async function answers(contender: Contender): Promise<void> {
  await until(`${contender.name} answers`, async () => {
    contender.process.mustRun();
    return fetch(contender.url).then(
      () => true,
      () => false,
    );
  });
  await mustAnswer(contender);
}

async function run(missing: readonly Program[]): Promise<Result[]> {
  const here = cores();
  const upstream = startUpstream(here);
  const bare = startBare(upstream, here);
  const nginx = missing.includes('nginx') ? [] : startNginx(upstream, here);
  const caddy = missing.includes('caddy') ? [] : startCaddy(upstream, here);
  const gateways = await startGateways(upstream, here);
  const all = [...bare, ...gateways.contenders, ...nginx, ...caddy];
  const order = Object.keys(scenarios) as Scenario[];
  const contenders = order.flatMap((scenario) => all.filter((one) => one.scenario === scenario));
  for (const contender of contenders) await answers(contender);
  return measure(contenders, [upstream, gateways.other], here);
}

function report(results: readonly Result[]): string {
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
  const microseconds = (value: number) => `${number(value)} µs`;
  const percent = (value: number) => `${number(value * 100)} %`;
  const ratio = (value: number) => value.toFixed(2);
  const head = ['', 'requests/s', 'ratio', 'p50', 'p99', 'busy', 'CPU', 'ratio', 'p50 alone', 'added'];
  const rows = (Object.keys(scenarios) as Scenario[]).flatMap((scenario) => [
    [scenarios[scenario], ...Array.from({ length: head.length - 1 }, () => '')],
    ...results
      .filter((result) => result.scenario === scenario)
      .map((result) => [
        `  ${result.name}`,
        number(result.requestsPerSecond),
        ratio(result.ratio),
        microseconds(result.p50Microseconds),
        microseconds(result.p99Microseconds),
        percent(result.busy),
        `${result.cpuMicroseconds.toFixed(1)} µs`,
        ratio(result.cpuRatio),
        microseconds(result.calmP50Microseconds),
        microseconds(result.addedP50Microseconds),
      ]),
  ]);
  const { rounds, busy, calm } = method;
  return [
    table(head, rows),
    '',
    `${busy.connections} connections, ${busy.seconds} s at a time; "p50 alone" with ${calm.connections}, ${calm.seconds} s. Medians of ${rounds} rounds, ratios to bare HAProxy.`,
    'One core each. Caddy has no cache of its own, and a limit only as a module of others; nginx has its keys in clear,',
    'and limit and cache for one machine only.',
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const missing = missingPrograms(['haproxy', 'wrk', 'taskset', 'nginx', 'caddy']);
  const needed: readonly Program[] = ['haproxy', 'wrk', 'taskset'];
  if (missing.some((program) => needed.includes(program))) process.exit(1);
  const results = await run(missing);
  process.stdout.write(
    json ? `${JSON.stringify({ method, cores: cores(), missing, results }, null, 2)}\n` : report(results),
  );
  // What still runs is ended with this process.
  process.exit(0);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
