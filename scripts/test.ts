/**
 * `npm test`: the tiers of proof, each with its time.
 * `npm test -- unit traffic` runs only those.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../cli/output';
import { checkPrerequisites, explainMissing } from '../sandbox/prerequisites';

interface Tier {
  readonly name: string;
  readonly shows: string;
  /** Command lines of tiers that are no jest run. */
  readonly commands?: readonly (readonly string[])[];
  /** Needs little of the processor: it mostly waits. */
  readonly waits?: true;
  /** Its files share the sandbox's folder, or count milliseconds. */
  readonly oneFileAtATime?: true;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly text: string;
}

interface TierResult extends Omit<Outcome, 'text'> {
  readonly tier: Tier;
  readonly seconds: number;
}

const tiers: readonly Tier[] = [
  {
    name: 'check',
    shows: 'the sources are well typed and in one style',
    commands: [
      ['biome', 'check', '--error-on-warnings', '.'],
      ['tsc', '--project', '.'],
    ],
  },
  { name: 'unit', shows: 'blueprint and gateway text are right; bad input is refused' },
  { name: 'synth', shows: 'each stage gives exactly these resources' },
  { name: 'sandbox', shows: 'the emulator, the tasks and the balancer do what AWS does' },
  {
    name: 'traffic',
    shows: 'a pair of gateways does what the policies say',
    waits: true,
    oneFileAtATime: true,
  },
  { name: 'deploy', shows: 'the real provider applies it, and a stage change replaces nothing', waits: true },
  {
    name: 'e2e',
    shows: 'one command brings the whole up, and all claims hold',
    waits: true,
    oneFileAtATime: true,
  },
];

/** Runs a program to its end. What it prints is shown when it has ended, so that two tiers do not mix. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--no-install', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, text }));
  });
}

async function runCommands(tier: Tier): Promise<Outcome> {
  const texts: string[] = [];
  let passed = 0;
  for (const [command = '', ...rest] of tier.commands ?? []) {
    const { status, text } = await run(command, rest);
    texts.push(text);
    if (status === 0) passed++;
  }
  return { passed, failed: texts.length - passed, text: texts.join('') };
}

/** Jest writes its counts to a file: its own output stays readable. */
async function runJest(tier: Tier): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-test-'));
  const outputFile = join(folder, 'result.json');
  const options = [
    '--json',
    `--outputFile=${outputFile}`,
    tier.oneFileAtATime ? '--runInBand' : '--maxWorkers=2',
  ];
  const { status, text } = await run('jest', [`test/${tier.name}/`, ...options]);
  const result = existsSync(outputFile)
    ? (JSON.parse(readFileSync(outputFile, 'utf8')) as { numPassedTests: number; numFailedTests: number })
    : { numPassedTests: 0, numFailedTests: 0 };
  rmSync(folder, { recursive: true });
  // A file that does not load has no failed test of its own.
  const broken = status !== 0 && result.numFailedTests === 0 ? 1 : 0;
  const shown = text.split('\n').filter((line) => !line.startsWith('{"num'));
  return { passed: result.numPassedTests, failed: result.numFailedTests + broken, text: shown.join('\n') };
}

async function runTier(tier: Tier): Promise<TierResult> {
  const started = performance.now();
  console.log(`── ${tier.name}: ${tier.shows} …`);
  const { text, ...counts } = await (tier.commands ? runCommands(tier) : runJest(tier));
  console.log(`${text}\n── ${tier.name}: ${counts.passed} passed, ${counts.failed} failed`);
  return { tier, seconds: (performance.now() - started) / 1000, ...counts };
}

/** One tier after the other, then together those that mostly wait: for seconds to pass, or for Terraform. */
async function runAll(chosen: readonly Tier[]): Promise<TierResult[]> {
  const results: TierResult[] = [];
  for (const tier of chosen.filter((one) => !one.waits)) results.push(await runTier(tier));
  return [...results, ...(await Promise.all(chosen.filter((one) => one.waits).map(runTier)))];
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !tiers.some((tier) => tier.name === name));
  if (unknown.length > 0) {
    console.error(`No tier ${unknown.join(', ')}. There are: ${tiers.map((tier) => tier.name).join(', ')}.`);
    return 2;
  }
  const chosen = tiers.filter((tier) => names.length === 0 || names.includes(tier.name));
  const { missing } = await checkPrerequisites({ stateFolder: '.stagecraft/sandbox', say: console.log });
  if (missing.length > 0) {
    console.error(explainMissing(missing));
    return 1;
  }
  const results = await runAll(chosen);
  const rows = results.map((one) => [
    one.tier.name,
    String(one.passed),
    String(one.failed),
    `${one.seconds.toFixed(1)} s`,
    one.tier.shows,
  ]);
  console.log(`\n${table(['tier', 'passed', 'failed', 'time', 'green means'], rows)}`);
  const failed = results.reduce((sum, one) => sum + one.failed, 0);
  const passed = results.reduce((sum, one) => sum + one.passed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
