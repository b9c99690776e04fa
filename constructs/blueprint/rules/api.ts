/** What of one API does not fit together. */
import { fargateSizes, TASK_DEFINITION_BYTES } from '../fargate';
import { gatewayMemory } from '../resolving/gateway-memory';
import type { Environment } from '../schema';
import { type Finding, list, type OwnApiRule, type Rule } from './rule';

/** The CPU and memory of a task, against Fargate's table. */
export function* sizeProblems(
  size: { cpu: number; memoryMiB: number },
  path: readonly string[],
): Iterable<Finding> {
  const { cpu, memoryMiB } = size;
  const memories = fargateSizes.get(cpu);
  if (!memories) {
    yield {
      code: 'FARGATE_CPU',
      path: [...path, 'cpu'],
      message: 'Fargate has no task with this much CPU.',
      given: `${cpu}`,
      allowed: list([...fargateSizes.keys()]),
      fix: 'Choose one of these; 1024 is one vCPU.',
    };
    return;
  }
  if (memories.includes(memoryMiB)) return;
  const next = memories.find((one) => one >= memoryMiB) ?? memories.at(-1);
  const step = memories.length > 3 ? (memories[1] ?? 0) - (memories[0] ?? 0) : 0;
  const allowed = step ? `${memories[0]} to ${memories.at(-1)} in steps of ${step}` : memories.join(', ');
  yield {
    code: 'FARGATE_MEMORY',
    path: [...path, 'memoryMiB'],
    or: [...path, 'cpu'],
    message: `Fargate has no task with ${cpu} CPU units and ${memoryMiB} MiB.`,
    given: `cpu ${cpu}, memoryMiB ${memoryMiB}`,
    allowed: `${allowed} MiB for ${cpu} CPU units`,
    fix: `Write \`memoryMiB: ${next}\`, or change \`cpu\`.`,
  };
}

export const apiSize: OwnApiRule = (api, name) => sizeProblems(api, ['apis', name]);

export const instanceRange: OwnApiRule = function* ({ instances }, name) {
  const { min, max } = instances;
  if (max === undefined || max >= min) return;
  yield {
    code: 'INSTANCES_RANGE',
    path: ['apis', name, 'instances', 'max'],
    message: `\`max\` is less than \`min\`.`,
    given: `min ${min}, max ${max}`,
    allowed: `${min} or more`,
    fix: 'Raise `max`, or lower `min` (2 when it is not written).',
  };
};

export const healthTimes: OwnApiRule = function* ({ health }, name) {
  if (health.timeoutSeconds < health.intervalSeconds) return;
  yield {
    code: 'HEALTH_TIMEOUT',
    path: ['apis', name, 'health', 'timeoutSeconds'],
    or: ['apis', name, 'health', 'intervalSeconds'],
    message: 'A health check must end before the next one begins.',
    given: `timeoutSeconds ${health.timeoutSeconds}, intervalSeconds ${health.intervalSeconds}`,
    allowed: `less than ${health.intervalSeconds}`,
    fix: 'Lower `timeoutSeconds`, or raise `intervalSeconds`.',
  };
};

export const healthStatus: OwnApiRule = function* ({ health }, name) {
  const [from = '', to = from] = health.status.split('-');
  if (from <= to) return;
  yield {
    code: 'HEALTH_STATUS',
    path: ['apis', name, 'health', 'status'],
    message: 'The range of statuses ends before it begins.',
    given: health.status,
    fix: `Write "${to}-${from}".`,
  };
};

/** Set by what runs the task, where Fargate gives it no network of its own. */
const RESERVED_VARIABLES = ['TASK_ADDRESS', 'DNS_ADDRESS', 'TASK_FOLDER'];

export const reservedVariables: OwnApiRule = function* ({ environment, secrets }, name) {
  for (const [section, names] of Object.entries({ environment, secrets })) {
    for (const variable of RESERVED_VARIABLES.filter((one) => Object.hasOwn(names, one))) {
      yield {
        code: 'VARIABLE_RESERVED',
        path: ['apis', name, section, variable],
        where: 'key',
        message: `\`${variable}\` is set by what runs the task.`,
        fix: 'Use another name.',
      };
    }
  }
};

export const variableTwice: OwnApiRule = function* ({ environment, secrets }, name) {
  for (const variable of Object.keys(secrets).filter((one) => Object.hasOwn(environment, one))) {
    yield {
      code: 'VARIABLE_TWICE',
      path: ['apis', name, 'secrets', variable],
      where: 'key',
      message: `\`${variable}\` is both in \`environment\` and in \`secrets\`.`,
      fix: 'Keep it in one of the two: what is secret belongs in `secrets`.',
    };
  }
};

export const secretRegion: OwnApiRule = function* ({ secrets }, name, { region }) {
  for (const [variable, arn] of Object.entries(secrets)) {
    const own = arn.split(':')[3];
    if (own === region) continue;
    yield {
      code: 'ARN_REGION',
      path: ['apis', name, 'secrets', variable],
      message: `The secret of \`${variable}\` is in another region.`,
      given: own,
      allowed: region,
      fix: `Name a secret in ${region}: replicate it there, or copy it.`,
    };
  }
};

/** Room for what the task definition has beside an API's own settings. */
const TASK_DEFINITION_REST = 4096;

export const taskDefinitionSize: OwnApiRule = function* ({ environment, secrets, command, image }, name) {
  const pairs = (values: object) => Object.entries(values).map(([key, value]) => ({ name: key, value }));
  const text = JSON.stringify([pairs(environment), pairs(secrets), command ?? [], image]);
  const most = TASK_DEFINITION_BYTES - TASK_DEFINITION_REST;
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return;
  yield {
    code: 'TASK_DEFINITION_SIZE',
    path: ['apis', name, 'environment'],
    where: 'key',
    message: `The variables and the command of \`${name}\` do not fit a task definition.`,
    given: `${bytes} bytes`,
    allowed: `${most} bytes`,
    fix: 'Put large values in a file of the image, or in S3 or a secret.',
  };
};

/** The gateways' size, and the cache in it. */
export const gatewaySize: Rule = ({ gateway }: Environment) => sizeProblems(gateway, ['gateway']);

export const cacheSize: Rule = function* ({ gateway, apis }) {
  const { restMiB: rest, workers } = gatewayMemory({ gateway, apis });
  const most = Math.floor((gateway.memoryMiB - rest) / workers);
  if (gateway.cacheMiB <= most) return;
  yield {
    code: 'CACHE_MEMORY',
    path: ['gateway', 'cacheMiB'],
    or: ['gateway', 'memoryMiB'],
    message: 'The cache leaves the gateway too little memory.',
    given: `cacheMiB ${gateway.cacheMiB}, memoryMiB ${gateway.memoryMiB}`,
    allowed: `${Math.max(most, 0)} with this memory`,
    fix: `Lower \`cacheMiB\`, or raise \`memoryMiB\`: it must be ${rest} more than ${workers > 1 ? 'twice ' : ''}the cache.`,
  };
};
