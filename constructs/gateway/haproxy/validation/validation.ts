/** What a request must look like: see `policies/validation/schema.ts`. From what costs least to what costs most. */
import type { Place } from '../../places';
import { withHead } from '../../policies/route';
import type { Validation, ValueCheck } from '../../policies/validation';
import { refuse } from '../answers/errors';
import { all, both, type Condition, type Rule } from '../language/rules';
import { line, put, type Text, textProblem } from '../language/text';
import { policy } from '../parts/policy';
import { pathCondition } from '../parts/routes';
import { jsonRules, lengthRules, typeRules } from './body';
import { bodyFiles } from './body-settings';
import { queryRules } from './query';
import { demand, invalid, reject, valueLimits } from './values';

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

function settingsOf(place: Place): Settings | undefined {
  const { validation } = place.policies;
  if (!validation) return undefined;
  const { pathParameters: _, ...rest } = validation;
  return { ...rest, inPath: pathParameters(place) };
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

function* limits({ requiredHeaders = {}, query, inPath, contentTypes = [] }: Settings) {
  for (const [name, check] of Object.entries(requiredHeaders)) {
    yield* textProblem('headerName', name, ['validation', 'requiredHeaders', name]);
    yield* valueLimits(check, ['validation', 'requiredHeaders', name]);
  }
  for (const [name, check] of Object.entries(query?.parameters ?? {})) {
    yield* textProblem('queryName', name, ['validation', 'query', 'parameters', name]);
    yield* valueLimits(check, ['validation', 'query', 'parameters', name]);
  }
  for (const { name, check } of inPath) yield* valueLimits(check, ['validation', 'pathParameters', name]);
  for (const [index, type] of contentTypes.entries())
    yield* textProblem('mediaType', type, ['validation', 'contentTypes', index]);
}

export const validation = policy<Settings>({
  settings: settingsOf,
  limits: (settings) => [...limits(settings)].map((finding) => ({ ...finding, told: 'written' as const })),
  rules: (settings) => ({
    request: [
      ...(settings.methods ? methodRules(settings.methods) : []),
      ...lengthRules(settings),
      ...typeRules(settings),
      ...Object.entries(settings.requiredHeaders ?? {}).flatMap(([name, check]) => headerRules(name, check)),
      ...settings.inPath.flatMap(pathRules),
      ...(settings.query ? queryRules(settings.query) : []),
      ...jsonRules(settings),
    ],
  }),
  files: bodyFiles,
});
