/** For the properties: who may call what, generated, and with one string wherever one can be. */
import fc from 'fast-check';
import type { GatewayModel } from '../../constructs/gateway';
import { policies } from '../../constructs/gateway';

const headerName = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const identifier = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const claim = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_:-]{0,20}(\.[A-Za-z_][A-Za-z0-9_:-]{0,9}){0,2}$/);
const scopes = fc.array(fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,40}$/), {
  minLength: 1,
  maxLength: 16,
});
const some = { requiredKeys: [] };

const common = {
  audience: fc.oneof(fc.constant('any'), fc.array(identifier, { minLength: 1, maxLength: 16 })),
  clientIds: fc.array(identifier, { minLength: 1, maxLength: 16 }),
  algorithms: fc.constantFrom(['RS256'], ['ES256'], ['RS256', 'ES256']),
  leewaySeconds: fc.nat(300),
  forward: fc.boolean(),
  consumerClaim: claim,
};

const jwt = fc.oneof(
  fc.record(
    {
      issuer: fc.stringMatching(/^https:\/\/[A-Za-z0-9.-]{1,30}(:[0-9]{1,5})?(\/[A-Za-z0-9._~:%/-]{0,30})?$/),
      jwksUrl: fc.stringMatching(/^https:\/\/[A-Za-z0-9.-]{1,30}\/[A-Za-z0-9._~:%/?=&-]{0,30}$/),
      ...common,
    },
    { requiredKeys: ['issuer', 'audience'] },
  ),
  fc.record(
    {
      userPool: fc.constantFrom(true, { region: 'eu-central-1', id: 'eu-central-1_AbC' }),
      tokenUse: fc.constantFrom('access', 'id'),
      ...common,
    },
    { requiredKeys: ['userPool', 'audience'] },
  ),
);

const apiKey = fc.record({ header: headerName }, some);

export const callerPolicies = {
  authentication: fc.oneof(
    fc.constant('public'),
    fc.record({ apiKey }),
    fc.record({ jwt }),
    fc.record({ apiKey, jwt }),
  ),
  authorization: fc.record(
    {
      scopes,
      anyScope: scopes,
      claims: fc.dictionary(claim, fc.array(identifier, { minLength: 1, maxLength: 16 }), { maxKeys: 3 }),
      consumers: fc.array(fc.stringMatching(/^(jwt:[A-Za-z0-9._:@|-]{1,60}|[a-z][a-z0-9-]{0,62})$/), {
        minLength: 1,
        maxLength: 32,
      }),
    },
    some,
  ),
};

type Model = (input: object) => GatewayModel;

const plainJwt = { issuer: 'https://a.test', audience: ['a'] };
/** Past the schema, as the data plane has to know by itself what it takes. */
const withPolicies = (model: Model, own: object): GatewayModel => {
  const base = model({});
  const plain = policies.parse({ authentication: { jwt: plainJwt } });
  const jwt = {
    ...plainJwt,
    algorithms: ['RS256'],
    leewaySeconds: 30,
    forward: false,
    consumerClaim: 'sub',
    ...('jwt' in own ? (own.jwt as object) : {}),
  };
  const authorization = 'authorization' in own ? own.authorization : undefined;
  const all = {
    ...plain,
    authentication: { jwt },
    authorization,
  } as GatewayModel['apis'][number]['policies'];
  return { ...base, apis: base.apis.map((one) => ({ ...one, policies: all })) };
};

export const callerPlaces = (model: Model): Record<string, (text: string) => GatewayModel> => ({
  issuer: (text) => withPolicies(model, { jwt: { issuer: text } }),
  audience: (text) => withPolicies(model, { jwt: { audience: [text] } }),
  'client id': (text) => withPolicies(model, { jwt: { clientIds: [text] } }),
  'consumer claim': (text) => withPolicies(model, { jwt: { consumerClaim: text } }),
  scope: (text) => withPolicies(model, { authorization: { scopes: [text] } }),
  'one of the scopes': (text) => withPolicies(model, { authorization: { anyScope: [text] } }),
  claim: (text) => withPolicies(model, { authorization: { claims: { [text]: ['v'] } } }),
  'value of a claim': (text) => withPolicies(model, { authorization: { claims: { c: [text] } } }),
  'allowed consumer': (text) => withPolicies(model, { authorization: { consumers: [text] } }),
});

export const callerPlain = { issuer: 'https://abc.test' };
