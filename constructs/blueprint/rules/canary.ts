/** A new version of an API, beside the one that serves. */
import { canaryId } from '../names';
import { newVersion } from '../resolving/services';
import { reservedVariables, taskDefinitionSize } from './api';
import type { Finding, OwnApiRule } from './rule';

/** Only the gateways know who calls. */
export const canaryStage: OwnApiRule = function* ({ canary }, name, { stage }) {
  if (!canary || stage === 'gateway') return;
  yield {
    code: 'CANARY_STAGE',
    path: ['apis', name, 'canary'],
    where: 'key',
    message: 'Only gateways send some of the callers to a new version.',
    given: `stage ${stage}`,
    allowed: 'stage gateway',
    fix: 'Take `canary` out, or set `stage: gateway`.',
  };
};

export const canaryName: OwnApiRule = function* ({ canary }, name, { apis }) {
  const taken = canaryId(name);
  if (!canary || !Object.hasOwn(apis, taken)) return;
  yield {
    code: 'CANARY_NAME',
    path: ['apis', taken],
    where: 'key',
    message: `\`${taken}\` is what the new version of \`${name}\` is called.`,
    fix: `Give this API another name, or take \`canary\` out of \`${name}\`.`,
  };
};

/** What the new version says itself is held to what holds for an API. */
export const canarySettings: OwnApiRule = function* (api, name, environment) {
  const { canary } = api;
  if (!canary) return;
  const alone = { ...newVersion(api, canary), environment: canary.environment, secrets: {} };
  const findings: Finding[] = [
    ...reservedVariables(alone, name, environment),
    ...taskDefinitionSize(newVersion(api, canary), name, environment),
  ];
  for (const finding of findings) {
    const [, , ...inside] = finding.path;
    yield { ...finding, path: ['apis', name, 'canary', ...inside], or: ['apis', name, 'canary'] };
  }
  const { min, max } = canary.instances;
  if (max !== undefined && max < min) {
    yield {
      code: 'INSTANCES_RANGE',
      path: ['apis', name, 'canary', 'instances', 'max'],
      message: '`max` is less than `min`.',
      given: `min ${min}, max ${max}`,
      allowed: `${min} or more`,
      fix: 'Raise `max`, or lower `min` (1 when it is not written).',
    };
  }
  for (const variable of Object.keys(canary.environment).filter((one) => Object.hasOwn(api.secrets, one))) {
    yield {
      code: 'VARIABLE_TWICE',
      path: ['apis', name, 'canary', 'environment', variable],
      where: 'key',
      message: `\`${variable}\` is one of the API's \`secrets\`, which the new version has too.`,
      fix: 'Use another name.',
    };
  }
};
