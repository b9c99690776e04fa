/** What can be wrong with what a request must look like. Told where the policy is written. */
import { inherits } from '../../places';
import { waysOf } from '../authentication';
import { withHead } from '../route';
import type { PolicyFinding, PolicyRule } from '../rule';
import { bodyTypes, largestJsonBytes, readsBody, type Validation, type ValueCheck } from './schema';

type Finding = Omit<PolicyFinding, 'path' | 'told'>;

const at = (path: readonly string[], finding: Finding): PolicyFinding => ({
  ...finding,
  path: ['validation', ...path],
  told: 'written',
});

/** What an API has no path for, its routes need not be asked about. */
const parametersInPath: PolicyRule = function* (place) {
  const { route, policies } = place;
  if (inherits(place, 'validation')) return;
  const segments = new Set(route?.paths.flatMap((path) => path.split('/')));
  for (const name of Object.keys(policies.validation?.pathParameters ?? {})) {
    if (segments.has(`{${name}}`)) continue;
    yield at(['pathParameters', name], {
      code: 'VALIDATION_PATH_PARAMETER',
      message: route
        ? `No path of this route has \`{${name}}\` as a segment.`
        : 'Path parameters belong to a route, whose paths say where they are.',
      allowed: route ? 'a `{name}` of `paths`; not `{name+}`, which is several segments' : undefined,
      fix: route ? 'Name a parameter of `paths`.' : 'Move this to a route with `paths` such as /orders/{id}.',
    });
  }
};

const headersLeft: PolicyRule = function* ({ policies: { authentication, validation } }) {
  const { apiKey, jwt } = waysOf(authentication);
  const taken = [apiKey?.header.toLowerCase(), jwt && 'authorization'];
  for (const name of Object.keys(validation?.requiredHeaders ?? {})) {
    if (!taken.includes(name)) continue;
    yield at(['requiredHeaders', name], {
      code: 'VALIDATION_HEADER',
      message: `\`${name}\` says who calls; authentication has checked it, and taken it away.`,
      fix: 'Leave it out: without it no request gets this far.',
    });
  }
};

const methodsOfRoute: PolicyRule = function* ({ route, policies: { validation } }) {
  const methods = validation?.methods;
  if (!route || !methods) return;
  const never = route.methods.filter((one) => !withHead(methods).includes(one));
  if (never.length === 0) return;
  yield at(['methods'], {
    code: 'VALIDATION_METHODS',
    message: `The route \`${route.name}\` takes methods that validation always refuses.`,
    given: never.join(', '),
    allowed: methods.join(', '),
    fix: 'Add them to `validation.methods`, or give the route a `validation` of its own.',
  });
};

const lengthOfMeasured: PolicyRule = function* ({ policies: { validation } }) {
  if (validation?.requireLength !== false || validation.maxBodyBytes === undefined) return;
  if (readsBody(validation)) return;
  yield at(['requireLength'], {
    code: 'VALIDATION_LENGTH',
    message: 'A body that comes in chunks cannot be measured before it is passed on.',
    given: 'false',
    allowed: 'true with `maxBodyBytes`',
    fix: 'Leave `requireLength` out, or limit the body in the API.',
  });
};

const sizeOfRead: PolicyRule = function* ({ policies: { validation } }) {
  if (!validation || !readsBody(validation)) return;
  const { maxBodyBytes = 0 } = validation;
  if (maxBodyBytes <= largestJsonBytes) return;
  yield at(['maxBodyBytes'], {
    code: 'VALIDATION_JSON_SIZE',
    message: 'A larger body is not at hand at once, so it could not be read.',
    given: `${maxBodyBytes}`,
    allowed: `${largestJsonBytes} or less, where a body is read`,
    fix: 'Lower `maxBodyBytes`, or check larger bodies in the API.',
  });
};

const typesOfRead: PolicyRule = function* ({ policies: { validation } }) {
  if (!validation || !readsBody(validation)) return;
  for (const type of bodyTypes(validation) ?? []) {
    if (/^application\/(.+\+)?json$/.test(type)) continue;
    yield at(['contentTypes'], {
      code: 'VALIDATION_JSON_TYPE',
      message: 'JSON bodies only can be read.',
      given: type,
      allowed: 'application/json, application/…+json',
      fix: `Take the type away, or \`${validation.requiredJsonFields ? 'requiredJsonFields' : 'body'}\`; a route can have a \`validation\` of its own.`,
    });
  }
};

const parametersDiffer: PolicyRule = function* ({ policies: { validation } }) {
  const all = Object.keys(validation?.query?.parameters ?? {});
  const lower = all.map((name) => name.toLowerCase());
  for (const [index, name] of all.entries()) {
    if (lower.indexOf(name.toLowerCase()) === index) continue;
    yield at(['query', 'parameters', name], {
      code: 'VALIDATION_QUERY_NAMES',
      message: 'Two parameters differ only by upper and lower case, which some programs do not tell apart.',
      given: name,
      fix: 'Give one of them another name.',
    });
  }
};

/** All that is said of values, and where it stands. */
const checksIn = ({ requiredHeaders = {}, query, pathParameters = {} }: Validation) =>
  [
    { section: ['requiredHeaders'], checks: requiredHeaders },
    { section: ['query', 'parameters'], checks: query?.parameters ?? {} },
    { section: ['pathParameters'], checks: pathParameters },
  ].flatMap(({ section, checks }) =>
    Object.entries<ValueCheck>(checks).map(([name, check]) => ({ check, path: [...section, name] })),
  );

const rangesHold: PolicyRule = function* ({ policies: { validation } }) {
  for (const { check, path } of validation ? checksIn(validation) : []) {
    if (!check.integer || check.integer.minimum <= check.integer.maximum) continue;
    const { minimum, maximum } = check.integer;
    yield at([...path, 'integer', 'maximum'], {
      code: 'VALIDATION_RANGE',
      message: '`maximum` is less than `minimum`.',
      given: `minimum ${minimum}, maximum ${maximum}`,
      allowed: `${minimum} or more`,
      fix: 'Raise `maximum`, or lower `minimum`.',
    });
  }
};

export const rules: readonly PolicyRule[] = [
  parametersInPath,
  headersLeft,
  methodsOfRoute,
  lengthOfMeasured,
  sizeOfRead,
  typesOfRead,
  parametersDiffer,
  rangesHold,
];
