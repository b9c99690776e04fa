/**
 * `npm test`: the tiers of proof one after the other, each with its time.
 * `npm test -- unit traffic` runs only those.
 */
import { spawnSync } from 'node:child_process';
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
}

interface TierResult {
  readonly tier: Tier;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
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
  { name: 'traffic', shows: 'a pair of gateways does what the policies say' },
  { name: 'deploy', shows: 'the real provider applies it, and a stage change replaces nothing' },
  { name: 'e2e', shows: 'one command brings the whole up, and all claims hold' },
];

function runCommands(tier: Tier): TierResult {
  const started = performance.now();
  const statuses = (tier.commands ?? []).map(
    ([command = '', ...rest]) =>
      spawnSync('npx', ['--no-install', command, ...rest], { stdio: 'inherit' }).status,
  );
  const passed = statuses.filter((status) => status === 0).length;
  return { tier, seconds: (performance.now() - started) / 1000, passed, failed: statuses.length - passed };
}

/** Jest writes its counts to a file: its own output stays readable. */
function runJest(tier: Tier): TierResult {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-test-'));
  const outputFile = join(folder, 'result.json');
  const options = ['--json', `--outputFile=${outputFile}`, '--testLocationInResults'];
  const { status } = spawnSync('npx', ['--no-install', 'jest', `test/${tier.name}/`, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const result = existsSync(outputFile)
    ? (JSON.parse(readFileSync(outputFile, 'utf8')) as { numPassedTests: number; numFailedTests: number })
    : { numPassedTests: 0, numFailedTests: 0 };
  rmSync(folder, { recursive: true });
  const broken = status !== 0 && result.numFailedTests === 0 ? 1 : 0;
  return {
    tier,
    seconds: (performance.now() - started) / 1000,
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken,
  };
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
  const results = chosen.map((tier) => {
    console.log(`\n── ${tier.name}: ${tier.shows}`);
    return tier.commands ? runCommands(tier) : runJest(tier);
  });
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
