/** Command lines in the documents: which program each calls, and what is wrong with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { program } from '../../cli/main';
import { listEnvironments } from '../../constructs/blueprint/load';
import { tiers } from '../test';

const root = join(__dirname, '../..');
const environments = listEnvironments(join(root, 'environments')).map(({ name }) => name);
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
    .scripts,
);

/** What an operator calls of other tools. A word of a document that is not among them is looked at by a person first. */
const others: Readonly<Record<string, readonly string[]>> = {
  cdktf: ['synth', 'deploy', 'diff', 'output', 'destroy'],
  cdk: ['list', 'synth', 'diff', 'deploy', 'destroy', 'bootstrap'],
  pulumi: ['stack', 'preview', 'up', 'destroy', 'login', 'cancel'],
  terraform: ['validate', 'destroy', 'force-unlock', 'state', 'apply', 'init'],
  aws: ['s3api', 's3', 'iam', 'sts', 'ecs', 'logs', 'configure', 'cloudformation', 'cloudwatch'],
  pip: ['install'],
  biome: ['check'],
  git: ['clone'],
};
const alone = ['node', 'curl', 'sed', 'export', 'umask', 'cd', 'kill'];

/** The command lines of a block or of a piece of code: each program with its words. */
export function commandsIn(text: string): string[][] {
  const inner = [...text.matchAll(/\$\(([^()]*)\)/g)].flatMap(([, one = '']) => commandsIn(one));
  const outer = text.replace(/"?\$\([^()]*\)"?/g, 'VALUE').replace(/\\\n/g, ' ');
  const lines = outer.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const commands = lines
    .flatMap((line) => line.split(/\s*(?:&&|\|\||[|;])\s*/))
    .map((command) => command.split(/\s+/).filter(Boolean))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((words) => words.length > 0 && words[0] !== 'eval');
  return [...inner, ...commands];
}

/** What is wrong with a command line; undefined when it can be run. */
export function faultOf(words: readonly string[]): string | undefined {
  const [name = '', ...rest] = words[0] === 'npx' ? words.slice(1) : words;
  const [first = ''] = rest;
  if (name === 'stagecraft') return faultOfOurs(rest);
  if (name === 'npm') return faultOfNpm(rest);
  if (name === 'tsx') return existsSync(join(root, first)) ? undefined : `there is no ${first}`;
  if (name === 'jest') return faultOfJest(first);
  if (alone.includes(name)) return undefined;
  const known = Object.hasOwn(others, name) ? others[name] : undefined;
  if (!known) return `nobody knows the program ${name}`;
  if (!known.includes(first)) return `${name} has no "${first}" that is known here`;
  return ['cdktf', 'cdk', 'pulumi'].includes(name) ? faultOfEnvironment(rest.slice(1)) : undefined;
}

/** The environment that is named is one of `environments/`. */
function faultOfEnvironment(words: readonly string[]): string | undefined {
  const named = words.filter((word) => /^[a-z][a-z0-9-]*$/.test(word) && !['init', 'output'].includes(word));
  const unknown = named.find((word) => !environments.includes(word));
  return unknown === undefined ? undefined : `there is no environment ${unknown}`;
}

function faultOfNpm([first = '', second = '', ...rest]: readonly string[]): string | undefined {
  if (first === 'run') return scripts.includes(second) ? undefined : `package.json has no script ${second}`;
  if (first === 'test' && second === '--') {
    const unknown = rest.find((tier) => !tiers.some(({ name }) => name === tier));
    return unknown === undefined ? undefined : `there is no tier ${unknown}`;
  }
  return ['install', 'start', 'test', 'pack', 'ci'].includes(first) ? undefined : `npm has no ${first} here`;
}

function faultOfJest(pattern: string): string | undefined {
  if (existsSync(join(root, pattern))) return undefined;
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  return files.some((name) => `test/${name}`.startsWith(pattern)) ? undefined : `there is no test ${pattern}`;
}

const placeholder = (word: string): boolean => word === '…' || word === 'VALUE' || /^<.*>$/.test(word);

function faultOfOurs(words: readonly string[], command: Command = program()): string | undefined {
  const [first] = words;
  if (command.commands.length > 0) {
    if (first === undefined || placeholder(first) || first === '--version' || first === '--help')
      return undefined;
    const inner = command.commands.find((one) => one.name() === first);
    return inner ? faultOfOurs(words.slice(1), inner) : `there is no command "${first}"`;
  }
  const given: string[] = [];
  const seen: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (!word.startsWith('--')) {
      given.push(word);
      continue;
    }
    const option = command.options.find(({ long }) => long === word);
    if (!option) return `${command.name()} has no option ${word}`;
    seen.push(word);
    if (!option.required) continue;
    const value = words[++index];
    if (value === undefined) return `${word} needs a value`;
    if (option.argChoices && !option.argChoices.includes(value)) return `${word} cannot be ${value}`;
    if (word === '--environment' && !environments.includes(value)) return `there is no environment ${value}`;
  }
  const missing = command.options.find(({ mandatory, long }) => mandatory && !seen.includes(long ?? ''));
  if (missing) return `${command.name()} needs ${missing.long}`;
  return faultOfArguments(command, given);
}

function faultOfArguments(command: Command, given: readonly string[]): string | undefined {
  const wanted = command.registeredArguments;
  const many = wanted.some(({ variadic }) => variadic);
  if (given.length > wanted.length && !many) return `${command.name()} takes no "${given[wanted.length]}"`;
  const at = wanted.findIndex((one) => one.name() === 'environment');
  const environment = at < 0 ? undefined : given[at];
  if (environment === undefined || placeholder(environment) || environments.includes(environment))
    return undefined;
  return `there is no environment ${environment}`;
}
