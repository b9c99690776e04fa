/**
 * `npm run bench:gateway`: what one gateway costs, beside a bare HAProxy and beside nginx and Caddy doing the same as
 * far as they can. For Linux; takes less than two minutes. Ends with 1 when haproxy, wrk or taskset is missing; nginx
 * and Caddy are left out when they are. `--json` prints the figures.
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
 * - "CPU" is the time on the core for one request. When the core was not busy all the time, something other than the
 *   contender was the limit, and its CPU says more than its requests per second: the report says so.
 * - "calm" is one request after the other, with all that it passes through on one core; "added" is the difference to
 *   bare HAProxy. A cache hit need not ask the API, and so can be faster than that.
 * - Of nginx's policies the keys stand in clear in its configuration, and its limit and cache are one machine's own.
 *   Caddy has no cache, and a rate limit only as a third-party module: both are left out.
 */

import { table } from '../cli/output';
import { chooseHaproxy } from '../sandbox/chosen-programs';
import { until } from '../test/traffic/support/until';
import { type Contender, mustAnswer, type Scenario, scenarios } from './gateway/contender';
import { cores } from './gateway/cores';
import { startGateways } from './gateway/gateways';
import { measure, method, type Result } from './gateway/measure';
import { startBare, startCaddy, startNginx, startUpstream } from './gateway/servers';
import { missingPrograms, type Program } from './programs';

const order = Object.keys(scenarios) as Scenario[];
/** Part of the time. */
const LEAST_BUSY = 0.85;
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
  const contenders = order.flatMap((scenario) => all.filter((one) => one.scenario === scenario));
  for (const contender of contenders) await answers(contender);
  return measure(contenders, [upstream, gateways.other], here);
}

const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
const microseconds = (value: number) => `${number(value)} µs`;
const ratio = (value: number) => value.toFixed(2);

const columns: readonly (readonly [head: string, cell: (result: Result) => string])[] = [
  ['requests/s', (result) => number(result.requestsPerSecond)],
  ['ratio', (result) => ratio(result.ratio)],
  ['p50', (result) => microseconds(result.p50Microseconds)],
  ['p99', (result) => microseconds(result.p99Microseconds)],
  ['CPU', (result) => microseconds(result.cpuMicroseconds)],
  ['ratio', (result) => ratio(result.cpuRatio)],
  ['calm p50', (result) => microseconds(result.calmP50Microseconds)],
  ['added', (result) => microseconds(result.addedP50Microseconds)],
];

function report(results: readonly Result[]): string {
  const rows = order.flatMap((scenario) => [
    [scenarios[scenario], ...columns.map(() => '')],
    ...results
      .filter((result) => result.scenario === scenario)
      .map((result) => [`  ${result.name}`, ...columns.map(([, cell]) => cell(result))]),
  ]);
  const idle = results.filter(({ busy }) => busy < LEAST_BUSY);
  const { rounds, busy, calm } = method;
  return [
    table(['', ...columns.map(([head]) => head)], rows),
    '',
    `Medians of ${rounds} rounds, ratios to bare HAProxy, one core each. ${busy.connections} connections for ${busy.seconds} s, then for "calm" ${calm.connections} for ${calm.seconds} s.`,
    "nginx has its keys in clear, its limit and its cache are one machine's own. Caddy has no limit and no cache.",
    ...(idle.length > 0
      ? [
          `Of ${idle.length} contenders the core was busy for less than ${LEAST_BUSY * 100} % of the time: something else was the limit,`,
          'such as other work on this machine, and the CPU time says more than the requests per second.',
        ]
      : []),
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  chooseHaproxy();
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
