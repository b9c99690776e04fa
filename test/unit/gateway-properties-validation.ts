/** For the properties: what a request must look like, generated, and with one string wherever one can be. */
import fc from 'fast-check';
import type { GatewayModel } from '../../constructs/gateway';
import { schemas } from './support/schemas';

const some = { requiredKeys: [] };
const headerName = fc.stringMatching(/^x-[a-z0-9-]{0,20}$/);
const literal = fc.stringMatching(/^[ -~]{1,40}$/);
const integer = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });
const pattern = fc.oneof(
  fc.constantFrom(
    '^[a-z]{2,}(-\\d+)*$',
    '[^"$%\'#\\\\]+',
    '.{1,255}',
    '\\$\\{HOME\\}|%\\[src\\]',
    '[\\]^-]+',
  ),
  literal.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
);

const checks = {
  pattern,
  enum: fc.array(literal, { minLength: 1, maxLength: 32 }),
  integer: fc
    .tuple(integer, integer)
    .map(([one, other]) => ({ minimum: Math.min(one, other), maximum: Math.max(one, other) })),
};
const field = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}(\.[A-Za-z_][A-Za-z0-9_-]{0,8}){0,4}$/);

export const validationPolicies = {
  validation: fc.oneof(
    fc.record(
      {
        methods: fc.uniqueArray(fc.constantFrom('GET', 'POST', 'PATCH', 'OPTIONS'), { minLength: 1 }),
        contentTypes: fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9.+-]{0,20}\/[a-z0-9][a-z0-9.+-]{0,20}$/), {
          minLength: 1,
          maxLength: 16,
        }),
        requiredHeaders: fc.dictionary(headerName, fc.record(checks, some), { maxKeys: 3 }),
        query: fc.record(
          {
            parameters: fc.dictionary(
              fc.stringMatching(/^[a-z0-9_.-]{1,40}$/),
              fc.record({ required: fc.boolean(), ...checks }, some),
              { maxKeys: 5 },
            ),
            additional: fc.constantFrom('allow', 'refuse'),
          },
          some,
        ),
        maxBodyBytes: fc.integer({ min: 0, max: 10_737_418_240 }),
        requireLength: fc.constant(true),
      },
      some,
    ),
    fc.record(
      {
        maxBodyBytes: fc.integer({ min: 0, max: 12_288 }),
        requiredJsonFields: fc.array(field, { minLength: 1, maxLength: 16 }),
        body: fc.record({ schema: schemas }),
      },
      some,
    ),
  ),
};

const withParameter = (name: string, check: object, additional = 'allow') => ({
  query: { parameters: { [name]: { required: true, ...check } }, additional },
});

const validations: Record<string, (text: string) => object> = {
  'values of a parameter': (text) => withParameter('q', { enum: [text, 'other'] }),
  'validated parameter': (text) => withParameter(text, {}),
  'only parameter': (text) => withParameter(text, {}, 'refuse'),
  'required header': (text) => ({ requiredHeaders: { [text]: {} } }),
  'content type': (text) => ({ contentTypes: [text, 'a/b'] }),
};

const withValidation = (build: (input: object) => GatewayModel, validation: object): GatewayModel => {
  const model = build({});
  const apis = model.apis.map((api) => ({ ...api, policies: { ...api.policies, validation } }));
  return { ...model, apis } as GatewayModel;
};

export function validationPlaces(
  build: (input: object) => GatewayModel,
): Record<string, (text: string) => GatewayModel> {
  const ofApi = Object.entries(validations).map(
    ([place, validation]) => [place, (text: string) => withValidation(build, validation(text))] as const,
  );
  const atRoute = (name: string, value: string): GatewayModel => {
    const policies = { validation: { pathParameters: { id: { pattern: 'a' } } } };
    const model = build({ routes: { one: { paths: ['/orders/{id}'], policies } } });
    const check = { pattern: value };
    const validation = {
      ...withParameter('q', check),
      requiredHeaders: { 'x-b': check },
      pathParameters: { [name]: check },
    };
    const apis = model.apis.map((api) => ({
      ...api,
      routes: api.routes.map((route) => ({
        ...route,
        paths: [`/orders/{${name}}`],
        policies: { ...route.policies, validation },
      })),
    }));
    return { ...model, apis } as GatewayModel;
  };
  return {
    ...Object.fromEntries(ofApi),
    'path parameter': (text) => atRoute(text, 'a'),
    pattern: (text) => atRoute('id', text),
  };
}

/** Text that is taken there, where `abc` is not. */
export const validationPlain: Record<string, string> = { 'content type': 'text/plain' };
