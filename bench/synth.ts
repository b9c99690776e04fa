/**
 * `npm run bench:synth`: how long all environments take to synthesize with each engine, beside that engine's smallest
 * program on the same machine. Each run is a process of its own, started as the engine's CLI is told to; the two take
 * turns, so that whatever else the machine does meets both. Ends with 1 when a ratio is over its limit.
 *
 * `npm run bench:synth -- aws-cdk` takes one engine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const RUNS = 7;
const project = path.resolve(__dirname, '..');

interface Engine {
  readonly name: string;
  /** The CLI's file, whose `app` says how the program is started. */
  readonly settings: string;
  readonly program: string;
  /** The smallest program. */
  readonly smallest: string;
  /** Variable that says where to write. */
  readonly outdir: string;
  /** Most times that the smallest program's time may be taken. */
  readonly limit: number;
  readonly stacks: (outdir: string) => number;
}

const engines: readonly Engine[] = [
  {
    name: 'cdktf',
    settings: 'cdktf.json',
    program: 'stacks/cdktf/main.ts',
    smallest: 'bench/synth-one-resource.ts',
    outdir: 'CDKTF_OUTDIR',
    limit: 2,
    stacks: (outdir) => readdirSync(path.join(outdir, 'stacks')).length,
  },
  {
    name: 'aws-cdk',
    settings: 'cdk.json',
    program: 'stacks/aws-cdk/main.ts',
    smallest: 'bench/synth-one-vpc.ts',
    outdir: 'CDK_OUTDIR',
    limit: 1.5,
    stacks: (outdir) => readdirSync(outdir).filter((file) => file.endsWith('.template.json')).length,
  },
];

/** Wall time of one process, in milliseconds. */
function timed(engine: Engine, program: string, outdir: string): number {
  const { app } = JSON.parse(readFileSync(path.join(project, engine.settings), 'utf8')) as { app: string };
  const [command = '', ...parameters] = app.replace(engine.program, program).split(' ');
  const started = performance.now();
  const { status, stderr } = spawnSync(command, parameters, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, [engine.outdir]: outdir },
  });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${program} ended with ${status}\n${stderr}`);
  return took;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Whether the engine keeps its limit. */
function measured(engine: Engine, scratch: string): boolean {
  const outdirs = { one: path.join(scratch, `${engine.name}-one`), all: path.join(scratch, engine.name) };
  const runOne = (): number => timed(engine, engine.smallest, outdirs.one);
  const runAll = (): number => timed(engine, engine.program, outdirs.all);
  // The first run of each fills the caches of tsx and of the disk.
  runOne();
  runAll();
  const one: number[] = [];
  const all: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    one.push(runOne());
    all.push(runAll());
  }
  const ratio = median(all) / median(one);
  process.stdout.write(
    [
      engine.name,
      `smallest program:  ${median(one).toFixed(0)} ms`,
      `${engine.stacks(outdirs.all)} environments:    ${median(all).toFixed(0)} ms`,
      `ratio:             ${ratio.toFixed(2)} (at most ${engine.limit}; medians of ${RUNS} runs)`,
      '',
      '',
    ].join('\n'),
  );
  return ratio <= engine.limit;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !engines.some((engine) => engine.name === name));
if (unknown.length > 0)
  throw new Error(`No engine ${unknown.join(', ')}: ${engines.map(({ name }) => name).join(', ')}.`);
const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-bench-'));
try {
  const kept = engines
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((engine) => measured(engine, scratch));
  process.exitCode = kept.every(Boolean) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
