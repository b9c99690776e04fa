/**
 * `npm run bench:render`: a gateway for 500 APIs with two routes each. How long its member takes to render, how long
 * `haproxy -c` takes to accept the result, and whether it fits into a task definition. The APIs have names of several
 * words and policies of many kinds, since 500 that are alike would say little of how the text compresses. Ends with 1
 * when one of the limits is passed, or when haproxy is not installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GatewayModel } from '../constructs/gateway';
import { modelProblems } from '../constructs/gateway/haproxy/check';
import { configuration, files } from '../constructs/gateway/haproxy/configuration';
import {
  configurationFile,
  environmentOf,
  sizeProblems,
  startScript,
} from '../constructs/gateway/haproxy/container';
import { type ApiInput, gatewayModel } from '../test/traffic/support/model';
import { missingPrograms } from './programs';
import { median } from './statistics';

const RUNS = 11;
const CHECKS = 5;
const LIMITS = { renderMilliseconds: 200, checkMilliseconds: 1000 };

const fields = [
  'billing',
  'catalog',
  'checkout',
  'claims',
  'content',
  'delivery',
  'devices',
  'energy',
  'fleet',
]
  .concat(['identity', 'inventory', 'ledger', 'loyalty', 'maps', 'messages', 'orders', 'payments', 'pricing'])
  .concat(['profiles', 'reports', 'search', 'stock', 'tickets', 'tracking', 'warehouse']);
const nouns = [
  'accounts',
  'alerts',
  'archive',
  'assets',
  'batches',
  'events',
  'exports',
  'feeds',
  'files',
  'forms',
].concat(['history', 'imports', 'items', 'jobs', 'labels', 'lists', 'notes', 'quotes', 'rules', 'tasks']);

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;

/** The cycles have lengths without a common factor, so that most combinations occur. */
function apiInput(field: string, noun: string, index: number): ApiInput {
  const keyed = index % 3 > 0;
  const own = { requests: 100 + (index % 7) * 50, perSeconds: pick([1, 10, 60, 3600], index) };
  return {
    paths: [`/${field}/${noun}`, ...(index % 5 === 0 ? [`/v2/${field}/${noun}`] : [])],
    hosts: index % 11 === 0 ? [`${field}.example.com`] : [],
    mostInstances: 4 + (index % 9),
    requestTimeoutSeconds: 5 + (index % 5) * 5,
    policies: {
      authentication: keyed ? { apiKey: {} } : 'public',
      ...(index % 4 > 0 ? { rateLimit: { ...own, by: keyed ? 'consumer' : 'address' } } : {}),
    },
    routes: {
      read: {
        methods: ['GET'],
        paths: [`/${field}/${noun}/{id}`],
        policies: index % 2 === 0 ? { cache: { ttlSeconds: 30 + (index % 13) * 10 } } : {},
      },
      write: {
        methods: ['POST', 'PUT'],
        paths: [`/${field}/${noun}`, `/${field}/${noun}/{id}`],
        policies: {
          rateLimit: { requests: 10 + (index % 17), perSeconds: 60, by: keyed ? 'consumer' : 'address' },
        },
      },
    },
  };
}

function largeModel(): GatewayModel {
  const names = fields.flatMap((field) => nouns.map((noun) => [field, noun] as const));
  const entries = names.map(
    ([field, noun], index) => [`${field}-${noun}`, apiInput(field, noun, index)] as const,
  );
  return gatewayModel(Object.fromEntries(entries));
}

/** What `haproxy.render` does, but for the refusal of what does not fit: here that is a figure. */
function render(model: GatewayModel) {
  const [member, ...others] = model.members;
  if (!member) throw new Error('A gateway needs a member');
  const problems = modelProblems(model);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  const context = { model, member, others };
  const contents: Record<string, string> = { [configurationFile]: configuration(context), ...files(context) };
  const environment = environmentOf(contents);
  return { contents, environment, tooLarge: sizeProblems(environment, startScript(Object.keys(contents))) };
}

function timed<T>(work: () => T): { milliseconds: number; result: T } {
  const started = performance.now();
  const result = work();
  return { milliseconds: performance.now() - started, result };
}

/** Writes the files as the start script does, and has HAProxy read them. */
function check(contents: Readonly<Record<string, string>>): number[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-bench-'));
  const env = {
    ...process.env,
    LISTEN: '127.0.0.1',
    LOOPBACK: '127.0.0.1',
    DNS: '127.0.0.1:53',
    STARTED: '0',
  };
  try {
    for (const [name, text] of Object.entries({ 'keys.map': '', ...contents }))
      writeFileSync(path.join(folder, name), text);
    const run = () =>
      timed(() => {
        const options = { cwd: folder, env, encoding: 'utf8' } as const;
        const { status, stderr } = spawnSync('haproxy', ['-c', '-f', configurationFile], options);
        if (status !== 0) throw new Error(`haproxy -c ended with ${status}\n${stderr}`);
      }).milliseconds;
    return Array.from({ length: CHECKS }, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly apis: number;
  readonly routes: number;
  readonly firstRenderMilliseconds: number;
  readonly renderMilliseconds: number;
  readonly checkMilliseconds: number;
  readonly textBytes: number;
  readonly packedBytes: number;
  readonly fits: boolean;
}

function measure(): Figures {
  const model = largeModel();
  const runs = Array.from({ length: RUNS }, () => timed(() => render(model)));
  const { contents, environment, tooLarge } = (runs[0] as (typeof runs)[0]).result;
  const bytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    apis: model.apis.length,
    routes: model.apis.reduce((sum, { routes }) => sum + routes.length, 0),
    firstRenderMilliseconds: runs[0]?.milliseconds ?? 0,
    renderMilliseconds: median(runs.map(({ milliseconds }) => milliseconds)),
    checkMilliseconds: median(check(contents)),
    textBytes: bytes(Object.values(contents)),
    packedBytes: bytes(Object.values(environment)),
    fits: tooLarge.length === 0,
  };
}

function report(figures: Figures): string {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  const kilobytes = (value: number) => `${(value / 1024).toFixed(1)} KB`;
  const rows = [
    ['APIs, routes', `${figures.apis}, ${figures.routes}`],
    ['first render', milliseconds(figures.firstRenderMilliseconds)],
    [
      'render',
      `${milliseconds(figures.renderMilliseconds)} (at most ${LIMITS.renderMilliseconds}; median of ${RUNS})`,
    ],
    [
      'haproxy -c',
      `${milliseconds(figures.checkMilliseconds)} (at most ${LIMITS.checkMilliseconds}; median of ${CHECKS})`,
    ],
    ['text', kilobytes(figures.textBytes)],
    ['gzip and base64', kilobytes(figures.packedBytes)],
    ['fits a task definition', figures.fits ? 'yes' : 'no: refused with GATEWAY_TOO_LARGE'],
  ];
  return rows.map(([name = '', value]) => `${`${name}:`.padEnd(24)}${value}\n`).join('');
}

if (missingPrograms(['haproxy']).length > 0) {
  process.exitCode = 1;
} else {
  const figures = measure();
  process.stdout.write(
    process.argv.includes('--json') ? `${JSON.stringify(figures, null, 2)}\n` : report(figures),
  );
  const passed =
    figures.renderMilliseconds <= LIMITS.renderMilliseconds &&
    figures.checkMilliseconds <= LIMITS.checkMilliseconds;
  process.exitCode = passed ? 0 : 1;
}
