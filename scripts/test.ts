/**
 * `npm test`: the tiers of proof, each with its time.
 * `npm test -- unit traffic` runs only those; `npm test -- --yes` installs HAProxy where it is missing and can be.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { table } from '../cli/output';
import { haproxyVersion, nodeVersion } from '../constructs/gateway/images';
import { chooseHaproxy, chooseNode } from '../sandbox/chosen-programs';
import { checkPrerequisites, explainMissing } from '../sandbox/prerequisites';
import { preferred } from '../stacks/engines';
import { haproxyOf, versionOf } from './haproxy';
import { nodeOf } from './node';
import { fetchWebServers, webServer, webServerNames } from './web-servers';

export interface Tier {
  readonly name: string;
  readonly shows: string;
  /** Command lines of tiers that are no jest run. */
  readonly commands?: readonly (readonly string[])[];
  /** Needs little of the processor: it mostly waits. */
  readonly waits?: true;
  /** Files that run at once. @default 2 */
  readonly workers?: number;
  /** Test files that are run again on the HAProxy of the default image, as a pattern. */
  readonly onImage?: string;
  /** Puts web servers that people use behind a gateway. */
  readonly webServers?: true;
  /** Test files that are run again on the Node of the key helper's default image, as a pattern. */
  readonly onNode?: string;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly text: string;
}

/** A tier, on one HAProxy and one Node. */
export interface Lane {
  readonly tier: Tier;
  readonly name: string;
  /** Test files, as a pattern. */
  readonly files: string;
  /** Absent: the installed one. */
  readonly haproxy?: string;
  /** Absent: the one that runs this. */
  readonly node?: string;
}

interface TierResult extends Omit<Outcome, 'text'> {
  readonly lane: Lane;
  readonly seconds: number;
}

/** The branch of the default image, which the gateways are tested on whatever is installed. */
export const imageBranch = haproxyVersion.split('.').slice(0, 2).join('.');

export const tiers: readonly Tier[] = [
  {
    name: 'check',
    shows: 'the sources are well typed and in one style',
    commands: [
      ['biome', 'check', '--error-on-warnings', '.'],
      ['tsc', '--project', '.'],
    ],
  },
  {
    name: 'unit',
    shows: 'blueprint and gateway text are right; bad input is refused',
    // Those that ask a HAProxy.
    onImage:
      'test/unit/(gateway-json|gateway-properties|gateway-validation-properties|sandbox-load-balancer-render|gateway-warnings)',
    onNode: 'test/unit/key-helper',
  },
  { name: 'synth', shows: 'each stage gives exactly these resources' },
  {
    name: 'sandbox',
    shows: 'the emulator, the tasks and the balancer do what AWS does',
    onImage: 'test/sandbox/(load-balancer-|tasks-gateway)',
  },
  {
    name: 'traffic',
    shows: 'a pair of gateways does what the policies say',
    waits: true,
    // Each file has loopback addresses of its own, and most of it waits.
    workers: 3,
    onImage: 'test/traffic/',
    onNode: 'test/traffic/gateway-jwt-rotation',
    webServers: true,
  },
  {
    name: 'model',
    shows: 'a pair of gateways decides as the reference says, for 20,000 random requests',
    waits: true,
    workers: 1,
    onImage: 'test/model/',
  },
  { name: 'deploy', shows: 'the real provider applies it, and a stage change replaces nothing', waits: true },
  {
    name: 'e2e',
    shows: 'one command brings the whole up, and all claims hold',
    waits: true,
    // They share the sandbox's folder and ports.
    workers: 1,
  },
];

/** Runs a program to its end. What it prints is shown when it has ended, so that two tiers do not mix. */
function run(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly status: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--no-install', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
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
async function runJest({ tier, files, haproxy, node }: Lane): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-test-'));
  const outputFile = join(folder, 'result.json');
  const { workers = 2 } = tier;
  const options = [
    '--json',
    `--outputFile=${outputFile}`,
    workers === 1 ? '--runInBand' : `--maxWorkers=${workers}`,
  ];
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    ...(haproxy && { STAGECRAFT_HAPROXY: haproxy }),
    ...(node && { STAGECRAFT_NODE: node }),
  };
  // Jest itself runs on it too: it is what `npx` finds.
  chooseNode(environment);
  const { status, text } = await run('jest', [files, ...options], environment);
  const result = existsSync(outputFile)
    ? (JSON.parse(readFileSync(outputFile, 'utf8')) as { numPassedTests: number; numFailedTests: number })
    : { numPassedTests: 0, numFailedTests: 0 };
  rmSync(folder, { recursive: true });
  // A file that does not load has no failed test of its own.
  const broken = status !== 0 && result.numFailedTests === 0 ? 1 : 0;
  const shown = text.split('\n').filter((line) => !line.startsWith('{"num'));
  return { passed: result.numPassedTests, failed: result.numFailedTests + broken, text: shown.join('\n') };
}

async function runLane(lane: Lane): Promise<TierResult> {
  const started = performance.now();
  const { tier, name } = lane;
  console.log(`── ${name}: ${tier.shows} …`);
  const { text, ...counts } = await (tier.commands ? runCommands(tier) : runJest(lane));
  console.log(`${text}\n── ${name}: ${counts.passed} passed, ${counts.failed} failed`);
  return { lane, seconds: (performance.now() - started) / 1000, ...counts };
}

/** A tier on the installed HAProxy, then on the other one: both have the same addresses. */
async function runTier(tier: Tier, versions: Versions): Promise<TierResult[]> {
  const results: TierResult[] = [];
  for (const lane of lanesOf(tier, versions)) results.push(await runLane(lane));
  return results;
}

/** One tier after the other, then together those that mostly wait: for seconds to pass, or for Terraform. */
async function runAll(chosen: readonly Tier[], versions: Versions): Promise<TierResult[]> {
  const results: TierResult[] = [];
  for (const tier of chosen.filter((one) => !one.waits)) results.push(...(await runTier(tier, versions)));
  const waiting = chosen.filter((one) => one.waits).map((tier) => runTier(tier, versions));
  return [...results, ...(await Promise.all(waiting)).flat()];
}

export interface Versions {
  readonly installed: string;
  /** The branch of the default image; undefined when it is the installed one, or cannot be had. */
  readonly image?: { readonly program: string; readonly version: string };
  /** That of the key helper's default image; undefined when it is the one that runs this, or cannot be had. */
  readonly node?: { readonly program: string; readonly version: string };
}

export function lanesOf(tier: Tier, { installed, image, node }: Versions): Lane[] {
  const files = `test/${tier.name}/`;
  if (!tier.onImage) return [{ tier, name: tier.name, files }];
  const lanes: Lane[] = [{ tier, name: `${tier.name} (HAProxy ${installed})`, files }];
  if (image) {
    const name = `${tier.name} (HAProxy ${image.version})`;
    lanes.push({ tier, name, files: tier.onImage, haproxy: image.program });
  }
  if (tier.onNode && node) {
    const name = `${tier.name} (Node ${node.version})`;
    lanes.push({ tier, name, files: tier.onNode, node: node.program });
  }
  return lanes;
}

/** What a program complained of that could not be had. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr || message).trim();
}

/** The HAProxy that is installed, or that `STAGECRAFT_HAPROXY` names, and that of the default image's branch. */
function lookForVersions(): Versions {
  const installed = versionOf('haproxy') ?? 'unknown';
  if (installed.startsWith(`${imageBranch}.`)) return { installed };
  try {
    const program = haproxyOf(imageBranch);
    return { installed, image: { program, version: versionOf(program) ?? imageBranch } };
  } catch (error) {
    console.log(
      `HAProxy ${imageBranch}, which the default image has, cannot be had here: ${reasonOf(error)}\nThe gateways are tested on HAProxy ${installed} alone.`,
    );
    return { installed };
  }
}

/** The Node of the key helper's default image. */
function lookForNode(): Versions['node'] {
  const { node: installed } = process.versions;
  if (installed === nodeVersion) return undefined;
  try {
    return { program: nodeOf(nodeVersion), version: nodeVersion };
  } catch (error) {
    console.log(
      `Node ${nodeVersion}, which the key helper's default image has, cannot be had here: ${reasonOf(error)}\nThe key helper is tested on Node ${installed} alone.`,
    );
    return undefined;
  }
}

/** Says which cannot be had: their tests are skipped then. */
function lookForWebServers(): void {
  try {
    fetchWebServers();
  } catch (error) {
    const missing = webServerNames.filter((name) => webServer(name) === undefined).join(', ');
    console.log(
      `Web servers that cannot be had here: ${missing}. ${reasonOf(error)}\nWhat the gateways send is not tried on them.`,
    );
  }
}

/** What tests need beside npm's packages. The sandbox's own Python, with moto and cfn-lint, comes before others from then on. */
async function prepare(mayInstallPackages: true | undefined): Promise<boolean> {
  console.log('npm test needs Terraform, Python with moto and cfn-lint, and HAProxy; looking for them …');
  const { missing, found } = await checkPrerequisites({
    needs: [preferred.needs],
    stateFolder: resolve('.stagecraft/sandbox'),
    say: console.log,
    mayInstallPackages,
  });
  const listed = Object.entries(found).map(([name, { path, version }]) => `${name} ${version} (${path})`);
  if (listed.length > 0) console.log(`Found: ${listed.join(', ')}`);
  const { path = '' } = found.python ?? {};
  if (path.startsWith(resolve('.stagecraft')))
    process.env.PATH = `${dirname(path)}${delimiter}${process.env.PATH}`;
  if (missing.length > 0) console.error(explainMissing(missing));
  return missing.length === 0;
}

async function main(given: readonly string[]): Promise<number> {
  const names = given.filter((name) => name !== '--yes');
  const unknown = names.filter((name) => !tiers.some((tier) => tier.name === name));
  if (unknown.length > 0) {
    console.error(`No tier ${unknown.join(', ')}. There are: ${tiers.map((tier) => tier.name).join(', ')}.`);
    return 2;
  }
  chooseHaproxy();
  const chosen = tiers.filter((tier) => names.length === 0 || names.includes(tier.name));
  if (!(await prepare(given.includes('--yes') ? true : undefined))) return 1;
  // Only where it is used: it is 50 MB to fetch.
  const node = chosen.some(({ onNode }) => onNode) ? lookForNode() : undefined;
  if (chosen.some(({ webServers }) => webServers)) lookForWebServers();
  const results = await runAll(chosen, { ...lookForVersions(), node });
  const rows = results.map(({ lane, passed, failed, seconds }) => [
    lane.name,
    String(passed),
    String(failed),
    `${seconds.toFixed(1)} s`,
    lane.tier.shows,
  ]);
  console.log(`\n${table(['tier', 'passed', 'failed', 'time', 'green means'], rows)}`);
  const failed = results.reduce((sum, one) => sum + one.failed, 0);
  const passed = results.reduce((sum, one) => sum + one.passed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

if (require.main === module) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
