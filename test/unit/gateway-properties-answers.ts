/** For the properties: policies that change requests and answers, generated, and with one string wherever one can be. */
import fc from 'fast-check';
import type { GatewayModel } from '../../constructs/gateway';
import { policies } from '../../constructs/gateway';

const headerName = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const text = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
  fc.constantFrom('{api} {route}', '%[env(HOME)]', 'a\\', '$HOME"', '{requestId}%{clientAddress}'),
);
const queryName = fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/);
const queryValue = fc.stringMatching(/^\P{C}{1,40}$/u);
const some = { requiredKeys: [] };

const headers = {
  setHeaders: fc.dictionary(headerName, text, { maxKeys: 3 }),
  removeHeaders: fc.uniqueArray(headerName, { maxLength: 2 }),
  renameHeaders: fc.dictionary(headerName, headerName, { maxKeys: 2 }),
};

const transformation = fc.record(
  {
    path: fc.oneof(
      fc.constant({ stripPrefix: true }),
      fc.stringMatching(/^(\/[a-z0-9_~-]{1,8}){1,3}$/).map((replacePrefix) => ({ replacePrefix })),
    ),
    request: fc.record(
      {
        ...headers,
        setQuery: fc.dictionary(queryName, queryValue, { maxKeys: 3 }),
        removeQuery: fc.uniqueArray(queryName, { maxLength: 3 }),
      },
      some,
    ),
    response: fc.record(headers, some),
  },
  some,
);

const origin = fc
  .tuple(fc.constantFrom('https', 'http', 'app+x'), fc.stringMatching(/^[a-z0-9._-]{1,20}$/), fc.nat(65_535))
  .map(([scheme, host, port]) => `${scheme}://${host}${port > 1024 ? `:${port}` : ''}`);

const cors = fc.record(
  {
    origins: fc.oneof(fc.constant('any'), fc.array(origin, { minLength: 1, maxLength: 20 })),
    methods: fc.uniqueArray(fc.constantFrom('GET', 'PUT', 'DELETE'), { minLength: 1 }),
    headers: fc.array(fc.stringMatching(/^[A-Za-z0-9-]{1,40}$/), { maxLength: 40 }),
    exposeHeaders: fc.array(headerName, { maxLength: 4 }),
    maxAgeSeconds: fc.nat(86_400),
  },
  { requiredKeys: ['origins'] },
);

const compression = fc.oneof(
  fc.constant(true),
  fc.record({
    types: fc.array(fc.stringMatching(/^application\/[a-z0-9][a-z0-9.+-]{0,60}$/), {
      minLength: 1,
      maxLength: 20,
    }),
  }),
);

const securityHeaders = fc.oneof(
  fc.constant('none'),
  fc.record(
    {
      hsts: fc.oneof(
        fc.constant('none'),
        fc.record({ maxAgeSeconds: fc.nat(63_072_000), includeSubDomains: fc.boolean() }, some),
      ),
      frameOptions: fc.constantFrom('DENY', 'SAMEORIGIN'),
      referrerPolicy: fc.constant('no-referrer'),
      contentSecurityPolicy: text,
      removeServerHeaders: fc.boolean(),
    },
    some,
  ),
);

export const answerPolicies = { transformation, cors, compression, securityHeaders };

type Placed = Record<string, (text: string) => GatewayModel>;

/** Strings that stand where the schema has looked at them already: the gateway looks again. */
export function answerPlaces(model: (input: object) => GatewayModel): Placed {
  const withPolicy = (input: object, change: (parsed: object) => object): GatewayModel => {
    const whole = model({ routes: { one: { paths: ['/a/{id}', '/b/{id}'], policies: input } } });
    return {
      ...whole,
      apis: whole.apis.map((api) => ({
        ...api,
        routes: api.routes.map((route) => ({
          ...route,
          policies: { ...route.policies, ...change(route.policies) },
        })),
      })),
    };
  };
  const plain = policies.parse({ transformation: {}, cors: { origins: ['null'] } });
  const changed = (request: object, response: object = {}) =>
    withPolicy({ transformation: {} }, () => ({
      transformation: {
        request: { ...plain.transformation?.request, ...request },
        response: { ...plain.transformation?.response, ...response },
      },
    }));
  const path = (change: object) =>
    withPolicy({ transformation: {} }, () => ({ transformation: { ...plain.transformation, path: change } }));
  const ofCors = (change: object) =>
    withPolicy({ cors: { origins: ['null'] } }, () => ({ cors: { ...plain.cors, ...change } }));
  return {
    'changed header': (name) => changed({ setHeaders: { [name]: 'v' } }, { removeHeaders: [name] }),
    'renamed header': (name) =>
      changed({ renameHeaders: { [name]: 'x-b' } }, { renameHeaders: { 'x-b': name } }),
    'value of a header': (value) =>
      changed(
        { setHeaders: { 'x-a': value, 'x-b': `{consumer}${value}` } },
        { setHeaders: { 'x-a': value } },
      ),
    'parameter that is set': (name) => changed({ setQuery: { [name]: 'v' } }),
    'parameter that is removed': (name) => changed({ removeQuery: [name] }),
    'value of a parameter': (value) => changed({ setQuery: { q: value } }),
    'new prefix': (to) => path({ replacePrefix: to }),
    'rewritten path': (rewrite) => path({ rewrite }),
    origin: (one) => ofCors({ origins: [one] }),
    'header that a page may set or read': (name) => ofCors({ headers: [name], exposeHeaders: [name] }),
    'compressed type': (type) =>
      withPolicy({ compression: true }, () => ({ compression: { types: [type] } })),
    'content security policy': (value) =>
      withPolicy({ securityHeaders: {} }, ({ securityHeaders: all }: { securityHeaders?: object }) => ({
        securityHeaders: { ...all, contentSecurityPolicy: value },
      })),
  };
}

/** Text that is taken there, where `abc` is not. */
export const answerPlain: Record<string, string> = {
  'new prefix': '/a',
  'rewritten path': '/a',
  origin: 'https://a.test',
  'compressed type': 'text/plain',
};
