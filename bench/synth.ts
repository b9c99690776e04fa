/**
 * `npm run bench:synth`: how long all environments take to synthesize, beside a cdktf program with one resource on the
 * same machine. Each run is a process of its own, started as cdktf.json tells the cdktf CLI to; the two take turns, so
 * that whatever else the machine does meets both. Ends with 1 when all environments take more than twice the time.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const RUNS = 7;
const LIMIT = 2;
const PROGRAM = 'stacks/cdktf/main.ts';
const project = path.resolve(__dirname, '..');
const { app } = JSON.parse(readFileSync(path.join(project, 'cdktf.json'), 'utf8')) as { app: string };

/** Wall time of one process, in milliseconds. */
function timed(program: string, outdir: string): number {
  const started = performance.now();
  const [command = '', ...parameters] = app.replace(PROGRAM, program).split(' ');
  const { status, stderr } = spawnSync(command, parameters, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${program} ended with ${status}\n${stderr}`);
  return took;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

const scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-bench-'));
try {
  const outdirs = { one: path.join(scratch, 'one'), all: path.join(scratch, 'all') };
  const runOne = (): number => timed('bench/synth-one-resource.ts', outdirs.one);
  const runAll = (): number => timed(PROGRAM, outdirs.all);
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
  const environments = readdirSync(path.join(outdirs.all, 'stacks')).length;
  process.stdout.write(
    [
      `one resource:      ${median(one).toFixed(0)} ms`,
      `${environments} environments:    ${median(all).toFixed(0)} ms`,
      `ratio:             ${ratio.toFixed(2)} (at most ${LIMIT}; medians of ${RUNS} runs)`,
      '',
    ].join('\n'),
  );
  process.exitCode = ratio > LIMIT ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
