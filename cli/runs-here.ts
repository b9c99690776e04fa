/** Whether this machine can run an environment's APIs: asked before anything is deployed. */
import type { Api, Environment } from '../constructs/blueprint/schema';
import type { Path, Problem } from '../constructs/problems';
import { hasProgram, type Machine } from '../sandbox/tasks/runnable';

/**
 * @param environment as it runs here
 * @returns an entry for each API that cannot run, and why; places are those of the file
 */
export function cannotRun(environment: Environment, machine: Machine): Problem[] {
  return Object.entries(environment.apis).flatMap(([name, api]) => {
    // What is found by name is run by someone else.
    if ('at' in api) return [];
    return [
      ...commandProblems(name, api, environment, machine),
      ...(api.command ? [...checkProblems(name, api, machine), ...secretProblems(name, api)] : []),
    ];
  });
}

const waysOut = (name: string): string =>
  `Say under \`sandbox:\` what runs here: \`apis: { ${name}: sample }\` for the sample API, or \`apis: { ${name}: { command: [node, dist/server.js] } }\`; where Docker or Podman runs, its \`run\`.`;

function commandProblems(name: string, api: Api, { sandbox }: Environment, machine: Machine): Problem[] {
  const [program] = api.command ?? [];
  if (program === undefined) {
    return [
      {
        code: 'SANDBOX_IMAGE',
        path: ['apis', name, 'image'],
        message: `API ${name} runs what its image says, and the sandbox has no container engine.`,
        given: api.image,
        fix: waysOut(name),
      },
    ];
  }
  if (has(program, api, machine)) return [];
  const standIn = sandbox.apis[name];
  const own = typeof standIn === 'object' && standIn.command !== undefined;
  return [
    {
      code: 'SANDBOX_PROGRAM',
      path: own ? ['sandbox', 'apis', name, 'command'] : ['apis', name, 'command'],
      message: `API ${name} runs ${program}, which is no program of this machine.`,
      given: program,
      allowed: 'a program on the PATH, or a path from the project folder',
      fix: own ? 'Install it, or name another command.' : `Install it, or: ${waysOut(name)}`,
    },
  ];
}

const has = (program: string, { environment }: Api, machine: Machine): boolean =>
  hasProgram(program, { ...machine, path: environment.PATH ?? machine.path });

/** A check of the image's own, for an API that runs here with the command of the file. */
function checkProblems(name: string, api: Api, machine: Machine): Problem[] {
  const [kind, program] = api.health.command ?? [];
  if (kind !== 'CMD' || program === undefined || has(program, api, machine)) return [];
  const path: Path = ['apis', name, 'health', 'command'];
  const message = `The health check of API ${name} runs ${program}, which is no program of this machine.`;
  return [
    { code: 'SANDBOX_PROGRAM', path, message, given: program, fix: `Install it, or: ${waysOut(name)}` },
  ];
}

const secretProblems = (name: string, { secrets }: Api): Problem[] =>
  Object.keys(secrets).map((variable) => ({
    code: 'SANDBOX_SECRET',
    path: ['apis', name, 'secrets', variable],
    message: `API ${name} reads ${variable} from a secret of the account, which the sandbox has not.`,
    fix: `Give it a value for this machine: \`sandbox: { apis: { ${name}: { environment: { ${variable}: … } } } }\`.`,
  }));
