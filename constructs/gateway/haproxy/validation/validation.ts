/** What a request must look like: see `policies/validation.ts`. From what costs least to what costs most. */
import type { Problem } from '../../../problems';
import { largestJsonBytes, type Validation, type ValueCheck } from '../../policies/validation';
import { refuse } from '../answers/errors';
import { all, both, type Condition, type Rule } from '../language/rules';
import { line, put, type Text, textProblem } from '../language/text';
import { policy } from '../parts/policy';
import { pathCondition } from '../parts/routes';
import { type Place, pathOf } from '../parts/sections';
import { jsonRules, lengthRules, typeRules, typesOf } from './body';
import { bodyFiles, readsBody } from './body-settings';
import { queryRules } from './query';
import { demand, invalid, reject, valueProblems } from './values';

/** A `{name}` of one of a route's paths. */
interface PathParameter {
  readonly name: string;
  readonly check: ValueCheck;
  /** Absent: all requests of the route have this path. */
  readonly path?: string;
  /** Which segment it is, from 1. */
  readonly segment: number;
}

interface Settings extends Omit<Validation, 'pathParameters'> {
  readonly inPath: readonly PathParameter[];
  /** What cannot be: path parameters that no path has, ... */
  readonly unknown?: readonly string[];
  /** ... headers that are gone by now, ... */
  readonly taken?: readonly string[];
  /** ... methods of the route that would always be refused. */
  readonly never?: readonly string[];
}

function pathParameters({ policies, route }: Place): PathParameter[] {
  const paths = route?.paths ?? [];
  return Object.entries(policies.validation?.pathParameters ?? {}).flatMap(([name, check]) =>
    paths.flatMap((path) => {
      const segment = path.split('/').indexOf(`{${name}}`);
      return segment < 0 ? [] : [{ name, check, segment, ...(paths.length > 1 ? { path } : {}) }];
    }),
  );
}

/** Headers that authentication takes away before. */
function takenHeaders({ authentication }: Place['policies']): string[] {
  if (authentication === 'public') return [];
  const { apiKey, jwt } = authentication;
  return [...(apiKey ? [apiKey.header.toLowerCase()] : []), ...(jwt ? ['authorization'] : [])];
}

const withHead = (methods: readonly string[]): readonly string[] =>
  methods.includes('GET') && !methods.includes('HEAD') ? [...methods, 'HEAD'] : methods;

function settings(place: Place): Settings | undefined {
  const { validation } = place.policies;
  if (!validation) return undefined;
  const { pathParameters: parameters = {}, ...rest } = validation;
  const inPath = pathParameters(place);
  const unknown = Object.keys(parameters).filter((name) => inPath.every((one) => one.name !== name));
  const away = takenHeaders(place.policies);
  const taken = Object.keys(validation.requiredHeaders ?? {}).filter((name) => away.includes(name));
  const { methods } = validation;
  const never = methods ? (place.route?.methods ?? []).filter((one) => !withHead(methods).includes(one)) : [];
  return {
    ...rest,
    inPath,
    ...(unknown.length > 0 ? { unknown } : {}),
    ...(taken.length > 0 ? { taken } : {}),
    ...(never.length > 0 ? { never } : {}),
  };
}

function methodRules(methods: readonly string[]): Rule[] {
  const taken = withHead(methods);
  return refuse({
    status: 405,
    reason: 'method-not-allowed',
    detail: `The method must be one of ${taken.join(', ')}.`,
    when: all(line`!{ method ${taken.join(' ') as Text} }`),
    headers: line`hdr Allow "${taken.join(', ') as Text}"`,
  });
}

const wrong = (reason: string, detail: string, when: Condition) =>
  reject({ status: 400, reason, detail }, when);

function headerRules(name: string, check: ValueCheck): Rule[] {
  const header = put('headerName', name);
  const notValid = invalid(line`req.fhdr(${header})`, check);
  return [
    ...wrong('header', `The header ${name} is missing.`, all(line`!{ req.fhdr(${header}) -m found }`)),
    ...wrong('header', `The header ${name} was sent twice.`, all(line`{ req.fhdr_cnt(${header}) gt 1 }`)),
    ...(notValid.length > 0 ? wrong('header', `The header ${name} ${demand(check)}.`, notValid) : []),
  ];
}

function pathRules({ name, check, path, segment }: PathParameter): Rule[] {
  const here = path === undefined ? [[]] : all(pathCondition(path));
  const notValid = invalid(line`path,field(${segment + 1},/),url_dec`, check);
  if (notValid.length === 0) return [];
  return wrong('path-parameter', `The path parameter ${name} ${demand(check)}.`, both(here, notValid));
}

/** Where the policy is written: a route may have it from its API. */
const written = (place: Place) =>
  pathOf(place.route?.refines.includes('validation') ? place : { api: place.api }).concat('validation');

function contradictions(
  { unknown = [], taken = [], never = [], ...rest }: Settings,
  place: Place,
): Problem[] {
  const path = written(place);
  const { requiredJsonFields, maxBodyBytes, requireLength } = rest;
  const reads = readsBody(rest);
  const notJson = reads
    ? (typesOf(rest) ?? []).filter((type) => !/^application\/(.+\+)?json$/.test(type))
    : [];
  const names = Object.keys(rest.query?.parameters ?? {});
  const lower = names.map((name) => name.toLowerCase());
  return [
    ...unknown.map((name) => ({
      code: 'VALIDATION_PATH_PARAMETER',
      path: [...path, 'pathParameters', name],
      message: place.route
        ? `No path of this route has \`{${name}}\` as a segment.`
        : 'Path parameters belong to a route, whose paths say where they are.',
      allowed: place.route ? 'a `{name}` of `paths`; not `{name+}`, which is several segments' : undefined,
      fix: place.route
        ? 'Name a parameter of `paths`.'
        : 'Move this to a route with `paths` such as /orders/{id}.',
    })),
    ...taken.map((name) => ({
      code: 'VALIDATION_HEADER',
      path: [...path, 'requiredHeaders', name],
      message: `\`${name}\` says who calls; authentication has checked it, and taken it away.`,
      fix: 'Leave it out: without it no request gets this far.',
    })),
    ...(never.length > 0
      ? [
          {
            code: 'VALIDATION_METHODS',
            path: [...path, 'methods'],
            message: `The route \`${place.route?.name}\` takes methods that validation always refuses.`,
            given: never.join(', '),
            allowed: rest.methods?.join(', '),
            fix: 'Add them to `validation.methods`, or give the route a `validation` of its own.',
          },
        ]
      : []),
    ...(requireLength === false && maxBodyBytes !== undefined && !reads
      ? [
          {
            code: 'VALIDATION_LENGTH',
            path: [...path, 'requireLength'],
            message: 'A body that comes in chunks cannot be measured before it is passed on.',
            given: 'false',
            allowed: 'true with `maxBodyBytes`',
            fix: 'Leave `requireLength` out, or limit the body in the API.',
          },
        ]
      : []),
    ...(reads && maxBodyBytes !== undefined && maxBodyBytes > largestJsonBytes
      ? [
          {
            code: 'VALIDATION_JSON_SIZE',
            path: [...path, 'maxBodyBytes'],
            message: 'A larger body is not at hand at once, so it could not be read.',
            given: `${maxBodyBytes}`,
            allowed: `${largestJsonBytes} or less, where a body is read`,
            fix: 'Lower `maxBodyBytes`, or check larger bodies in the API.',
          },
        ]
      : []),
    ...notJson.map((type) => ({
      code: 'VALIDATION_JSON_TYPE',
      path: [...path, 'contentTypes'],
      message: 'JSON bodies only can be read.',
      given: type,
      allowed: 'application/json, application/…+json',
      fix: `Take the type away, or \`${requiredJsonFields ? 'requiredJsonFields' : 'body'}\`; a route can have a \`validation\` of its own.`,
    })),
    ...names
      .filter((name, index) => lower.indexOf(name.toLowerCase()) !== index)
      .map((name) => ({
        code: 'VALIDATION_QUERY_NAMES',
        path: [...path, 'query', 'parameters', name],
        message: 'Two parameters differ only by upper and lower case, which some programs do not tell apart.',
        given: name,
        fix: 'Give one of them another name.',
      })),
  ];
}

function problems(all: Settings, place: Place): Problem[] {
  const path = written(place);
  const { requiredHeaders = {}, query, inPath, contentTypes = [] } = all;
  return [
    ...contradictions(all, place),
    ...Object.entries(requiredHeaders).flatMap(([name, check]) => [
      ...textProblem('headerName', name, [...path, 'requiredHeaders', name]),
      ...valueProblems(check, [...path, 'requiredHeaders', name]),
    ]),
    ...Object.entries(query?.parameters ?? {}).flatMap(([name, check]) => [
      ...textProblem('queryName', name, [...path, 'query', 'parameters', name]),
      ...valueProblems(check, [...path, 'query', 'parameters', name]),
    ]),
    ...inPath.flatMap(({ name, check }) => valueProblems(check, [...path, 'pathParameters', name])),
    ...contentTypes.flatMap((type, index) =>
      textProblem('mediaType', type, [...path, 'contentTypes', index]),
    ),
  ];
}

export const validation = policy<Settings>({
  settings,
  problems,
  rules: (all) => ({
    request: [
      ...(all.methods ? methodRules(all.methods) : []),
      ...lengthRules(all),
      ...typeRules(all),
      ...Object.entries(all.requiredHeaders ?? {}).flatMap(([name, check]) => headerRules(name, check)),
      ...all.inPath.flatMap(pathRules),
      ...(all.query ? queryRules(all.query) : []),
      ...jsonRules(all),
    ],
  }),
  files: bodyFiles,
});
