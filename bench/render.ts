/**
 * `npm run bench:render`: a gateway for 500 APIs with two routes each. How long its member takes to render, how long
 * `haproxy -c` takes to accept the result, and whether that fits into a task definition. APIs with equal policies share
 * their text, so there are two such gateways: one whose APIs have the policies of a few kinds, as in a house with rules
 * of its own, and one where hardly two are alike. The limits are for the first. Ends with 1 when one is passed, or when
 * haproxy is not installed.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { table } from '../cli/output';
import type { GatewayModel } from '../constructs/gateway';
import { haproxy } from '../constructs/gateway/haproxy';
import { configuration, contextOf, files } from '../constructs/gateway/haproxy/configuration';
import {
  configurationFile,
  environmentOf,
  sizeProblems,
  variableOf,
} from '../constructs/gateway/haproxy/container/container';
import { watchTimes } from '../constructs/gateway/haproxy/container/helper-watch';
import { startScript } from '../constructs/gateway/haproxy/container/start-script';
import { chooseHaproxy } from '../sandbox/chosen-programs';
import { type ApiInput, gatewayModel } from '../test/traffic/support/model';
import { missingPrograms } from './programs';
import { median } from './statistics';

const RUNS = 11;
const CHECKS = 5;
/** Sets of policies among the APIs. */
const FEW = 8;
const MANY = 500;
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

function largeModel(kinds: number): GatewayModel {
  const names = fields.flatMap((field) => nouns.map((noun) => [field, noun] as const));
  const entries = names.map(
    ([field, noun], index) => [`${field}-${noun}`, apiInput(field, noun, index % kinds)] as const,
  );
  return gatewayModel(Object.fromEntries(entries));
}

/** What `haproxy.render` does, but for the refusal of what does not fit: here that is a figure. */
function render(model: GatewayModel) {
  const [member] = model.members;
  if (!member) throw new Error('A gateway needs a member');
  const problems = haproxy.problems(model);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  const context = contextOf(model, member);
  const contents: Record<string, string> = { [configurationFile]: configuration(context), ...files(context) };
  const environment = environmentOf(contents);
  const script = startScript({
    configuration: configurationFile,
    files: Object.fromEntries(Object.keys(contents).map((name) => [name, variableOf(name)])),
    graceSeconds: model.graceSeconds,
    hardStopSeconds: 30,
    issuers: [],
    model,
    watch: watchTimes(member, context.others, 24),
  });
  return { contents, environment, tooLarge: sizeProblems(environment, [script]) };
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
  readonly kinds: number;
  readonly apis: number;
  readonly routes: number;
  /** The first of a process is compiled while it runs. */
  readonly firstRenderMilliseconds: number;
  readonly renderMilliseconds: number;
  readonly checkMilliseconds: number;
  readonly textBytes: number;
  readonly packedBytes: number;
  readonly fits: boolean;
}

function measure(kinds: number): Figures {
  const model = largeModel(kinds);
  const first = timed(() => render(model));
  const more = Array.from({ length: RUNS }, () => timed(() => render(model)).milliseconds);
  const { contents, environment, tooLarge } = first.result;
  const bytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    kinds,
    apis: model.apis.length,
    routes: model.apis.reduce((sum, { routes }) => sum + routes.length, 0),
    firstRenderMilliseconds: first.milliseconds,
    renderMilliseconds: median(more),
    checkMilliseconds: median(check(contents)),
    textBytes: bytes(Object.values(contents)),
    packedBytes: bytes(Object.values(environment)),
    fits: tooLarge.length === 0,
  };
}

const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
const kilobytes = (value: number) => `${(value / 1024).toFixed(1)} KB`;
const lines: readonly (readonly [name: string, limit: string, cell: (figures: Figures) => string])[] = [
  ['APIs', '', ({ apis }) => String(apis)],
  ['routes', '', ({ routes }) => String(routes)],
  ['kinds of policies', '', ({ kinds }) => String(kinds)],
  ['first render', '', (figures) => milliseconds(figures.firstRenderMilliseconds)],
  ['render', milliseconds(LIMITS.renderMilliseconds), (figures) => milliseconds(figures.renderMilliseconds)],
  [
    'haproxy -c',
    milliseconds(LIMITS.checkMilliseconds),
    (figures) => milliseconds(figures.checkMilliseconds),
  ],
  ['text', '', (figures) => kilobytes(figures.textBytes)],
  ['gzip and base64', '', (figures) => kilobytes(figures.packedBytes)],
  ['fits a task definition', '', ({ fits }) => (fits ? 'yes' : 'no: refused')],
];

function main(): void {
  chooseHaproxy();
  if (missingPrograms(['haproxy']).length > 0) {
    process.exitCode = 1;
    return;
  }
  const few = measure(FEW);
  const many = measure(MANY);
  const rows = lines.map(([name, limit, cell]) => [name, cell(few), limit, cell(many)]);
  const report = table(['', 'few kinds', 'at most', 'many kinds'], rows);
  const note = `Medians of ${RUNS} renders in one process, and of ${CHECKS} checks.`;
  const text = process.argv.includes('--json')
    ? JSON.stringify({ limits: LIMITS, few, many }, null, 2)
    : `${report}\n\n${note}`;
  process.stdout.write(`${text}\n`);
  const passed =
    few.renderMilliseconds <= LIMITS.renderMilliseconds && few.checkMilliseconds <= LIMITS.checkMilliseconds;
  process.exitCode = passed ? 0 : 1;
}

main();
