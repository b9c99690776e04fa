/** `stagecraft`: the command line. Commands are loaded when they are called. */
import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { chooseHaproxy } from '../sandbox/chosen-programs';
import type { Engine } from '../stacks/engine';
import { engines, preferred, repairing } from '../stacks/engines';
import { UserError } from '../stacks/user-error';
import { preference } from './choose-engine';
import { told, toldJson, toldText } from './errors';
import { consoleOutput, type Output } from './output';
import { DEFAULT_PORTS } from './up-ports';

const namesOf = (some: readonly Engine[]): string[] => some.map(({ name }) => name);

const STAGES = ['api', 'load-balanced', 'gateway'];

/** No default of the option's own: whether one was given matters when a sandbox runs. */
function portOption(flags: string, description: string, use: keyof typeof DEFAULT_PORTS): Option {
  return new Option(flags, `${description} (default: ${DEFAULT_PORTS[use]})`).argParser((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new UserError(`${text} is no port: give 1 to 65535.`);
    return port;
  });
}

const jsonOption = () => new Option('--json', 'print one JSON document instead of text');

/** Exit code of a command that did all it should: 0. Anything that does not hold: 1. */
function setExit(good: boolean): void {
  process.exitCode = good ? 0 : 1;
}

function project() {
  const { projectAt } = require('../stacks/project') as typeof import('../stacks/project');
  return projectAt(process.cwd(), process.env.STAGECRAFT_ENVIRONMENTS);
}

function oneName(argument: string | undefined, option: string | undefined): string {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UserError(`Say one environment: ${argument}, or --environment ${option}.`);
  return argument ?? option ?? 'sandbox';
}

function initCommand(): Command {
  return new Command('init')
    .description(
      'begin here: environment file, program, settings and packages of an engine, a pull-request workflow',
    )
    .addOption(
      new Option('--engine <engine>', 'what deploys; asked for on a terminal').choices(namesOf(engines)),
    )
    .addOption(new Option('--stage <stage>', 'stage to begin at; asked for on a terminal').choices(STAGES))
    .addOption(new Option('--name <name>', 'name of the environment (default: dev)'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  npx stagecraft init --engine cdktf --stage api\n\nNo file is overwritten: where one is in the way, nothing is written and its content is shown.',
    )
    .action(async (options) => {
      const { init } = require('./init/init') as typeof import('./init/init');
      const { terminal } = require('./init/ask') as typeof import('./init/ask');
      const json = Boolean(options.json);
      await init(process.cwd(), options, consoleOutput(json), terminal(json));
    });
}

function upCommand(): Command {
  return new Command('up')
    .description('bring an environment up on this machine: deploy, tasks, load balancer, traffic')
    .argument('[environment]', 'name of the environment (default: sandbox)')
    .addOption(new Option('--environment <name>', 'the same, by its name'))
    .addOption(new Option('--stage <stage>', 'stage to bring it to, whatever the file says').choices(STAGES))
    .addOption(
      new Option(
        '--engine <engine>',
        `what deploys; by default what deployed before, else ${preference()}`,
      ).choices(namesOf(engines)),
    )
    .option('--allow-replace', 'go on though the deploy makes anew what serves')
    .option('--yes', 'install HAProxy with apt-get where it is missing (as root, on Debian)')
    .option('--verbose', 'where the output is no terminal, tell all that is done and not a line a step')
    .addOption(portOption('--https-port <port>', 'port of the load balancer, HTTPS', 'https'))
    .addOption(portOption('--http-port <port>', 'port of the load balancer, HTTP', 'http'))
    .addOption(portOption('--emulator-port <port>', "port of AWS's APIs", 'emulator'))
    .addOption(portOption('--dns-port <port>', 'port of the name server, UDP', 'dns'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  npx stagecraft up --stage load-balanced --engine aws-cdk --https-port 9443',
    )
    .action(async (name: string | undefined, options) => {
      const { up } = require('./up') as typeof import('./up');
      const environment = oneName(name, options.environment);
      process.exitCode = await up(
        project(),
        { ...options, environment },
        consoleOutput(Boolean(options.json)),
      );
    });
}

function envCommand(): Command {
  return new Command('env')
    .description('variables that point Terraform, the cdk CLI and AWS SDKs at the running sandbox')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExample:\n  eval "$(npx stagecraft env)" && ${preferred.deployCommand('sandbox')}`,
    )
    .action(async (options) => {
      const { printEnvironment } = require('./env') as typeof import('./env');
      await printEnvironment(project(), consoleOutput(Boolean(options.json)));
    });
}

function downCommand(): Command {
  return new Command('down')
    .description('stop the sandbox and remove all that it kept')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft down')
    .action(async (options) => {
      const { down } = require('./down') as typeof import('./down');
      await down(project(), consoleOutput(Boolean(options.json)));
    });
}

function repairCommand(): Command {
  return new Command('repair')
    .description('let the next deploy to an account go on from what a failed or stopped one has left')
    .argument('<environment>', 'name of the environment')
    .addOption(
      new Option('--engine <engine>', 'what deploys it')
        .choices(namesOf(repairing))
        .default(repairing[0]?.name),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  npx stagecraft repair prod && ${preferred.deployCommand('prod')}

${repairing.map(({ name, repair }) => `With ${name}: ${repair?.does}.`).join('\n')}
No resource is changed.`,
    )
    .action(async (name: string, options) => {
      const { repair } = require('./repair') as typeof import('./repair');
      await repair(project(), name, options, consoleOutput(Boolean(options.json)));
    });
}

function statusCommand(): Command {
  return new Command('status')
    .description('what runs, in the sandbox or in the account that your AWS settings name')
    .argument('[environment]', 'name of the environment', 'sandbox')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft status prod --json')
    .action(async (name: string, options) => {
      const { contextOf } = require('./context') as typeof import('./context');
      const { status } = require('./status') as typeof import('./status');
      setExit(await status(await contextOf(project(), name), consoleOutput(Boolean(options.json))));
    });
}

function moduleCommand(): Command {
  return new Command('module')
    .description('write an environment as a plain Terraform module, for operators who read no TypeScript')
    .addOption(new Option('--environment <name>', 'environment file to write').makeOptionMandatory())
    .addOption(new Option('--stage <stage>', 'stage to write it at, whatever the file says').choices(STAGES))
    .option('--out <folder>', 'folder to write into; by default modules/<environment>')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft module --environment prod --out modules/prod')
    .action((options) => {
      const { writeModule } = require('./module') as typeof import('./module');
      writeModule(project(), options, consoleOutput(Boolean(options.json)));
    });
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check over HTTP that a deployed environment does what its file says')
    .argument('[environment]', 'name of the environment', 'sandbox')
    .option('--endpoint <url>', "address to ask; by default the environment's domain, or the sandbox")
    .option('--key <key>', 'API key; better given in STAGECRAFT_KEY, where no process list shows it')
    .option('--consumer <name>', 'consumer that the key belongs to')
    .option('--token <token>', 'token of the issuer; better given in STAGECRAFT_TOKEN')
    .option('--ca <file>', 'certificate authority to trust beside the system')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  STAGECRAFT_KEY=… npx stagecraft verify prod --consumer acme')
    .action(async (name: string, options) => {
      const { verifyEnvironment } = require('./verify-command') as typeof import('./verify-command');
      setExit(await verifyEnvironment(project(), name, options, consoleOutput(Boolean(options.json))));
    });
}

function tokenCommand(): Command {
  return new Command('token')
    .description("an access token of a machine client of the environment's user pool")
    .argument('[environment]', 'name of the environment', 'sandbox')
    .option('--client <name>', 'machine client; may be left out when there is one')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  curl -H "Authorization: Bearer $(npx stagecraft token prod --client reporting)" https://api.example.com/orders',
    )
    .action(async (name: string, options) => {
      const { contextOf } = require('./context') as typeof import('./context');
      const { accessToken } = require('./token') as typeof import('./token');
      const output = consoleOutput(Boolean(options.json));
      const token = await accessToken(await contextOf(project(), name), options.client);
      output.document({ token });
      output.line(token);
    });
}

function usageCommand(): Command {
  return new Command('usage')
    .description(
      "requests, errors, refusals, bytes, cache hits and latency by consumer and API, from the gateways' logs",
    )
    .argument('[environment]', 'name of the environment', 'sandbox')
    .addOption(new Option('--since <time>', 'how far back: 90s, 15m, 1h, 7d').default('1h'))
    .option('--api <name>', 'only this API')
    .option('--consumer <name>', 'only this consumer; "anonymous" for callers without a name')
    .option('--routes', 'tell the routes of each API apart')
    .option('--no-consumers', 'do not tell the callers apart')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  npx stagecraft usage prod --since 24h --api orders

Two CloudWatch Logs Insights queries, which AWS charges by the bytes of log that they read.
Exit code: 0 when the logs could be read, also when there is nothing in them; else 1.`,
    )
    .action(async (name: string, options) => {
      const { contextOf } = require('./context') as typeof import('./context');
      const { usage } = require('./usage') as typeof import('./usage');
      await usage(await contextOf(project(), name), options, consoleOutput(Boolean(options.json)));
    });
}

function consumersCommand(): Command {
  const environment = () => new Option('--environment <name>', 'name of the environment').default('sandbox');
  const noRoll = () =>
    new Option('--no-roll', 'leave the gateways as they are: they take the change up at their next deploy');
  const withContext = async (options: { environment: string; json?: boolean }) => {
    const { contextOf } = require('./context') as typeof import('./context');
    const consumers = require('./consumers') as typeof import('./consumers');
    const output: Output = consoleOutput(Boolean(options.json));
    return { context: await contextOf(project(), options.environment), consumers, output };
  };
  const add = new Command('add')
    .description('issue an API key; it is shown once and kept only as a hash')
    .argument('<name>', 'a consumer that the environment file declares')
    .addOption(environment())
    .addOption(noRoll())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft consumers add acme --environment prod')
    .action(async (name: string, options) => {
      const { context, consumers, output } = await withContext(options);
      const key = await consumers.addKey(context, name, options, output);
      output.document({ consumer: name, key });
      output.line(`${key}\n${pc.dim('Shown once. Give it to the consumer by a safe way.')}`);
    });
  const remove = new Command('remove')
    .description('revoke the keys of a consumer')
    .argument('<name>', 'the consumer')
    .option('--fingerprint <digits>', 'only the key with this fingerprint')
    .addOption(environment())
    .addOption(noRoll())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft consumers remove acme --fingerprint 3fa9c2d41b07')
    .action(async (name: string, options) => {
      const { context, consumers, output } = await withContext(options);
      const removed = await consumers.removeKeys(context, name, options, output);
      output.document({ consumer: name, removed });
      output.line(`${removed} key${removed === 1 ? '' : 's'} revoked.`);
    });
  const list = new Command('list')
    .description('consumers and the fingerprints of their keys')
    .addOption(environment())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npx stagecraft consumers list --environment prod')
    .action(async (options) => {
      const { context, consumers, output } = await withContext(options);
      await consumers.listConsumers(context, output);
    });
  return new Command('consumers')
    .description('who may call, and with which keys')
    .addCommand(add)
    .addCommand(remove)
    .addCommand(list);
}

export function program(): Command {
  return new Command('stagecraft')
    .description(
      'Grows an AWS API from one container to a highly available gateway tier, and shows it on this machine first.',
    )
    .version((require('stagecraft/package.json') as { version: string }).version)
    .showHelpAfterError('(see --help)')
    .addCommand(initCommand())
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(repairCommand())
    .addCommand(envCommand())
    .addCommand(moduleCommand())
    .addCommand(statusCommand())
    .addCommand(verifyCommand())
    .addCommand(tokenCommand())
    .addCommand(usageCommand())
    .addCommand(consumersCommand());
}

/** With --json, what commander has to say of a wrong command line is thrown, and printed as JSON. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const inner of command.commands) quiet(inner);
}

/** Whoever reads may stop (`| head`): the rest is not written, and the command goes on to its end. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Help and version, when they were asked for, come as errors too. */
const isWanted = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0;

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  // Which Node.js serves is said in package.json; the AWS SDK would say it again in the midst of the output.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  const json = process.argv.includes('--json');
  try {
    chooseHaproxy();
    const command = program();
    if (json) quiet(command);
    await command.parseAsync();
  } catch (error) {
    if (isWanted(error)) return;
    const what = told(error);
    if (json) process.stdout.write(`${toldJson(what)}\n`);
    else process.stderr.write(`${toldText(what, Boolean(process.stderr.isTTY))}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
