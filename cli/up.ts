/** `stagecraft up`: from an environment file to real traffic on this machine. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Listr } from 'listr2';
import pc from 'picocolors';
import { clusterName } from '../constructs/blueprint/names';
import type { Stage } from '../constructs/blueprint/schema';
import { readSandbox, type SandboxInfo, startDaemon, updateSandbox } from '../sandbox/client';
import { SANDBOX_ACCOUNT, type SandboxAccess, sandboxAccess } from '../sandbox/credentials';
import { EmulatorControl, type InertResource } from '../sandbox/emulator';
import { SandboxFolder, takeLock } from '../sandbox/folder';
import { checkPrerequisites, explainMissing } from '../sandbox/prerequisites';
import { type Changes, type Deployment, type Engine, isEmpty } from '../stacks/engine';
import type { Project } from '../stacks/project';
import { UserError } from '../stacks/user-error';
import { awsClients } from './aws';
import { chooseEngine } from './choose-engine';
import { type Context, contextOf } from './context';
import { issueDemoKeys, readDemoKeys } from './demo-keys';
import { findEndpoints } from './endpoints';
import { assertRunsHere, type Here, hereOf } from './on-this-machine';
import type { Output } from './output';
import { refuseReplacements, WouldReplace } from './replacements';
import { applyAndCheck } from './rollout';
import { unenforcedLines, unenforcedTexts } from './unenforced';
import { choosePorts, type PortOptions } from './up-ports';
import type { ClaimResult } from './verify/claim';
import { allHold } from './verify/verify';
import { claimTable, verifyContext } from './verify-command';

export interface UpOptions extends PortOptions {
  readonly environment: string;
  readonly stage?: Stage;
  /** By its name. */
  readonly engine?: string;
  /** Goes on though what serves is made anew. */
  readonly allowReplace?: boolean;
  /** Installs a system package that is missing, where it can be. */
  readonly yes?: boolean;
  /** Tells all that is done, where the output is no terminal. */
  readonly verbose?: boolean;
}

/** What the steps hand on to each other. */
interface Progress {
  python?: string;
  access?: SandboxAccess;
  /** Of the sandbox that runs. */
  instance?: string;
  deployment?: Deployment;
  changes?: Changes;
  context?: Context;
  claims: readonly ClaimResult[];
  inert: readonly InertResource[];
  readonly seconds: Record<string, number>;
}

async function prerequisites(
  project: Project,
  engine: Engine,
  { yes }: UpOptions,
  progress: Progress,
  say: (text: string) => void,
): Promise<void> {
  const { missing, found } = await checkPrerequisites({
    needs: [engine.needs],
    stateFolder: project.sandbox,
    say,
    ...(yes && { mayInstallPackages: true }),
  });
  if (missing.length > 0) throw new UserError(explainMissing(missing));
  progress.python = found.python?.path;
}

/** Starts the sandbox, or finds the one that runs. @throws UserError when another environment has it. */
async function startSandbox(
  project: Project,
  { environment }: Here,
  options: UpOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const running = await readSandbox(project.sandbox);
  if (running && running.environment !== environment.name) {
    throw new UserError(
      `The sandbox runs environment ${running.environment}. End it first: npx stagecraft down`,
    );
  }
  const { account = SANDBOX_ACCOUNT } = environment;
  if (running && running.account !== account) {
    throw new UserError(
      `The sandbox that runs is account ${running.account}, and ${environment.name} belongs to ${account}. End it first: stagecraft down`,
    );
  }
  const ports = choosePorts(options, running?.ports);
  const found = ({ region, instance }: SandboxInfo) => {
    progress.instance = instance;
    progress.access = sandboxAccess(project.sandbox, region, ports.emulator);
  };
  if (running) {
    found(running);
    return `runs since ${running.startedAt}`;
  }
  const zone = environment.domain?.hostedZone;
  const started = await startDaemon({
    folder: project.sandbox,
    projectRoot: project.root,
    environment: environment.name,
    stage: environment.stage,
    region: environment.region,
    account,
    ports,
    hostedZones: zone ? { [zone.name]: zone.id } : {},
    python: progress.python,
    signal,
  });
  found(started);
  return 'started';
}

/** @throws UserError that names each service whose deploy ECS gave up */
async function applied(
  { environment }: Here,
  progress: Progress,
  say: (text: string) => void,
): Promise<void> {
  const { deployment } = progress;
  if (!deployment) throw new Error('nothing is planned');
  const { ecs } = awsClients(accessOf(progress));
  await applyAndCheck(ecs, clusterName(environment.name), () => deployment.apply(say));
}

/** The work of `up` as a list of tasks with their times. */
function tasksOf(
  project: Project,
  here: Here,
  options: UpOptions,
  engine: Engine,
  progress: Progress,
  signal: AbortSignal,
  output: Output,
) {
  const onTerminal = !output.json && process.stdout.isTTY;
  // Where a log is read, a line for each step.
  const done = (text: string) => {
    if (!onTerminal) output.line(text);
  };
  const timed = (name: string, work: (say: (text: string) => void) => Promise<string | undefined>) => ({
    title: name,
    task: async (_: unknown, task: { title: string; output: string }) => {
      if (signal.aborted) throw new Interrupted();
      const started = performance.now();
      const say = (text: string) => {
        task.output = text;
        if (options.verbose) done(`  ${text}`);
      };
      const result = await work(say).catch((error: unknown) => {
        done(`✘ ${name}`);
        throw error;
      });
      const seconds = (performance.now() - started) / 1000;
      progress.seconds[name] = Number(seconds.toFixed(1));
      task.title = `${name}${result ? `: ${result}` : ''} ${pc.dim(`${seconds.toFixed(1)} s`)}`;
      done(`✔ ${task.title}`);
    },
  });
  const { steps } = engine;
  return new Listr(
    [
      timed('Prerequisites', async (say) => {
        await prerequisites(project, engine, options, progress, say);
        return undefined;
      }),
      timed('Sandbox', () => startSandbox(project, here, options, progress, signal)),
      timed('Synthesize', async () => {
        const { environment, stage } = options;
        const access = accessOf(progress);
        const { instance = '' } = progress;
        const given = { environment, stage, access, instance };
        here.write();
        progress.deployment = await engine.synthesize(here.project, given, signal);
        return `${progress.deployment.resourceCount} resources`;
      }),
      timed(steps.prepare, async (say) => {
        await updateSandbox(project.sandbox, { engine: engine.name });
        return progress.deployment?.prepare(say);
      }),
      timed(steps.plan, async (say) => {
        progress.changes = await progress.deployment?.plan(say);
        refuseReplacements(progress.changes?.replacements ?? [], engine.kept, options.allowReplace ?? false);
        return describe(progress.changes);
      }),
      timed(steps.apply, async (say) => {
        if (progress.changes && isEmpty(progress.changes)) return 'nothing to do';
        await applied(here, progress, say);
        return undefined;
      }),
      timed('Consumers', async (say) => {
        await updateSandbox(project.sandbox, { stage: progress.deployment?.stage });
        progress.context = await contextOf(project, options.environment);
        const issued = await issueDemoKeys(progress.context, (member) => say(`replacing ${member}`));
        return issued.length > 0 ? `keys for ${issued.join(', ')}` : 'nothing to do';
      }),
      timed('Verify', async (say) => {
        if (!progress.context) throw new Error('nothing is deployed');
        progress.claims = await verifyContext(progress.context, {}, (result) => say(result.title));
        progress.inert = await new EmulatorControl(accessOf(progress)).inert();
        const holding = progress.claims.filter((one) => one.result === 'holds').length;
        return `${holding} of ${progress.claims.length} claims hold`;
      }),
    ],
    {
      renderer: onTerminal ? 'default' : 'silent',
      // Said once, when all is over.
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
      registerSignalListeners: false,
    },
  );
}

function describe(changes: Changes | undefined): string | undefined {
  if (!changes) return undefined;
  if (isEmpty(changes)) return 'no changes';
  const { add, change, remove, replace, repaired } = changes;
  return [
    `${add} to add, ${change} to change, ${remove} to remove`,
    ...(replace > 0 ? [`${replace} to replace`] : []),
    ...(repaired.length > 0 ? [`${repaired.length} kept of the deploy before`] : []),
  ].join(', ');
}

/** Ctrl-C, or a signal. */
export class Interrupted extends Error {}

/** A call that works, as a person would type it. */
async function exampleCall(
  context: Context,
  project: Project,
): Promise<{ readonly url: string; readonly curl: string }> {
  const { environment, blueprint, sandbox } = context;
  const endpoints = await findEndpoints(environment, blueprint, context.aws);
  const first = endpoints[0];
  if (!first?.urls[0] || !sandbox) throw new Error('nothing is deployed');
  if (environment.stage === 'api') return { url: first.urls[0], curl: `curl ${first.urls[0]}` };
  const url = new URL(first.urls[0]);
  url.port = String(sandbox.ports.https);
  const { authentication } = first.api.policies;
  const key = Object.values(readDemoKeys(project.sandbox))[0];
  const header = authentication === 'public' ? undefined : authentication.apiKey?.header;
  const parts = [
    'curl',
    `--cacert ${relative(process.cwd(), join(project.sandbox, 'ca.pem'))}`,
    `--resolve ${url.hostname}:${url.port}:127.0.0.1`,
    ...(environment.stage === 'gateway' && header && key ? [`-H '${header}: ${key}'`] : []),
    url.href,
  ];
  return { url: url.href, curl: parts.join(' ') };
}

/** Aborts on Ctrl-C or SIGTERM; a second Ctrl-C does no more than the first, and says why. */
function abortOnSignal(output: Output): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = () => {
    output.line(
      controller.signal.aborted
        ? 'Still stopping. Killed now, it would leave the state locked and half written; a moment more loses nothing.'
        : 'Stopping; what is under way is ended, and its state kept …',
    );
    controller.abort();
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  const stop = () => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  return { signal: controller.signal, stop };
}

function accessOf({ access }: Progress): SandboxAccess {
  if (!access) throw new Error('no sandbox was started');
  return access;
}

async function report(
  project: Project,
  here: Here,
  engine: Engine,
  progress: Progress,
  output: Output,
): Promise<boolean> {
  const { context, claims, changes, inert, seconds } = progress;
  if (!context) throw new Error('nothing is deployed');
  const good = allHold(claims);
  const { url, curl } = await exampleCall(context, project);
  const ca = context.environment.stage === 'api' ? undefined : join(project.sandbox, 'ca.pem');
  const { name: environment, stage } = context.environment;
  output.document({
    ...{ environment, stage, engine: engine.name, good, endpoint: url, ca, curl },
    ...{ changes, inert, seconds, claims },
    unenforced: unenforcedTexts(context.environment),
    standIns: here.said,
  });
  output.line(`\n${claimTable(claims)}\n`);
  output.line(`${pc.bold('Stage')}     ${stage}`);
  output.line(`${pc.bold('Engine')}    ${engine.name}`);
  for (const { type, logicalId } of inert) {
    output.line(`${pc.bold('Inert')}     ${type} ${logicalId}: kept, and does nothing here`);
  }
  output.line(`${pc.bold('Endpoint')}  ${url}`);
  if (ca && existsSync(ca)) output.line(`${pc.bold('CA')}        ${relative(process.cwd(), ca)}`);
  output.line(`${pc.bold('Try')}       ${curl}`);
  output.line(`${pc.bold('Stop')}      npx stagecraft down`);
  // Last, so that whoever looks at the end only has read it.
  for (const line of unenforcedLines(context.environment)) output.line(line);
  return good;
}

const logsOf = (project: Project): string => relative(process.cwd(), new SandboxFolder(project.sandbox).logs);

/** @returns the exit code: 0 when everything is up and every claim holds, 130 after Ctrl-C, else 1. */
export async function up(project: Project, options: UpOptions, output: Output): Promise<number> {
  const here = hereOf(project, options.environment, options.stage);
  assertRunsHere(project, here);
  for (const line of unenforcedLines(here.environment)) output.line(line);
  for (const said of here.said) output.line(`On this machine: ${said}`);
  // States and plans hold clients' secrets; Terraform and the cdk CLI write them as the umask says.
  process.umask(0o077);
  const release = takeLock(join(project.sandbox, 'up.lock'), 'stagecraft up');
  const { signal, stop } = abortOnSignal(output);
  const progress: Progress = { claims: [], inert: [], seconds: {} };
  try {
    new SandboxFolder(project.sandbox).make();
    const { engine, why } = await chooseEngine(project, options.engine);
    if (why) output.line(why);
    await tasksOf(project, here, options, engine, progress, signal, output).run();
    return (await report(project, here, engine, progress, output)) ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) {
      if (progress.deployment && !(error instanceof WouldReplace))
        output.line(`What the tasks wrote is in ${logsOf(project)}`);
      throw error;
    }
    output.line('Stopped. `npx stagecraft up` goes on from here; `npx stagecraft down` removes everything.');
    return 130;
  } finally {
    stop();
    release();
  }
}
