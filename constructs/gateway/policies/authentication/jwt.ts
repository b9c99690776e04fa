import { z } from 'zod';

/** Anything without a space or a quote would do; these are the characters that issuers use. */
const url = z
  .string()
  .max(200)
  .regex(
    /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~:%/-]*)?$/,
    'an https URL without query, such as https://login.example.com/tenant',
  );

const jwksUrl = z
  .string()
  .max(300)
  .regex(
    /^(https:\/\/[A-Za-z0-9.-]+|http:\/\/(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}))(:\d{1,5})?\/[A-Za-z0-9._~:%/?=&-]*$/,
    'an https URL, such as https://login.example.com/keys (http on a loopback address only)',
  );

/** What an issuer calls an audience or a client: compared as a whole. */
const identifier = z
  .string()
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII characters without space, up to 200');

/**
 * A claim by its name; `realm.name` is the claim `name` inside the claim `realm`. A URL, as RFC 7519, section 4.2 has
 * names that no one else can have, is one name: `https://shop.example/roles`. Any other name is written as a pointer
 * (RFC 6901), in which a dot is a dot: `/realm/shop.example~1roles` is the claim `shop.example/roles` inside `realm`.
 */
export const claimName = z
  .string()
  .max(100)
  .regex(
    /^([A-Za-z_][A-Za-z0-9_:-]*(\.[A-Za-z_][A-Za-z0-9_:-]*){0,3}|https?:\/\/[!-~]+|(\/([!-.0-}]|~[01])+){1,4})$/,
    'the name of a claim, of letters, digits and _ : -, with dots between nested ones; a URL; or a pointer such as /realm/a.b',
  );

/** The same, or the names that lead to it: `[realm, a.b]` is the claim `a.b` inside the claim `realm`. */
export const claimPath = z.union([claimName, z.array(z.string().min(1).max(100)).min(1).max(4)]);
export type ClaimPath = z.output<typeof claimPath>;

const common = {
  audience: z
    .union([z.literal('any'), z.array(identifier).min(1).max(16)])
    .optional()
    .describe('The `aud` that a token must have, one of these; `any` when nothing but the issuer counts.'),
  clientIds: z
    .array(identifier)
    .min(1)
    .max(16)
    .optional()
    .describe('The `client_id` that a token must have, one of these.')
    .meta({ examples: [['4ab5c6d7e8f9g0h1i2j3k4l5m6']] }),
  algorithms: z
    .array(z.enum(['RS256', 'ES256']))
    .min(1)
    .max(2)
    .default(['RS256'])
    .describe('Signatures that are taken.'),
  leewaySeconds: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('By how much clocks may differ when `exp`, `nbf` and `iat` are checked.'),
  forward: z
    .boolean()
    .default(false)
    .describe('Whether the API gets the token too. Answers to such requests are not cached.'),
};

const byIssuer = z.strictObject({
  issuer: url.describe('The `iss` of its tokens, letter for letter.'),
  jwksUrl: jwksUrl
    .optional()
    .describe('Where its keys are. By default `/.well-known/jwks.json` under the issuer.'),
  ...common,
  consumerClaim: claimPath.default('sub').describe('Claim that says who calls.'),
});

const byUserPool = z.strictObject({
  userPool: z
    .union([
      z.literal(true),
      z
        .strictObject({
          region: z
            .string()
            .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region code, such as eu-central-1')
            .describe('Region of the pool.'),
          id: z
            .string()
            .max(55)
            .regex(/^[a-z0-9-]+_[A-Za-z0-9]+$/, 'the id of a user pool, such as eu-central-1_AbCdEfGhI')
            .describe('Id of the pool; it begins with the region.'),
        })
        .refine(({ region, id }) => id.startsWith(`${region}_`), {
          path: ['id'],
          message: 'the id of a pool in `region`, which begins with it: no other pool has such an issuer',
        }),
    ])
    .describe("`true` for the environment's own Cognito user pool (`identity`), or another one."),
  ...common,
  tokenUse: z
    .enum(['access', 'id'])
    .default('access')
    .describe('Kind of token. An access token says `client_id`, an id token says `aud`.'),
  consumerClaim: claimPath
    .optional()
    .describe('Claim that says who calls. By default `client_id` of an access token, `sub` of an id token.'),
});

/**
 * A JSON Web Token in `Authorization: Bearer …`, signed with RS256 or ES256 by one issuer.
 *
 * The issuer's keys are fetched from its JWKS by a helper in the gateway's task, every five minutes. While the issuer
 * does not answer, the last known keys are taken for `gateway.keepKeysHours`. A token must name its key (`kid`), the
 * issuer, and when it ends (`exp`); it must not begin (`nbf`) or have been issued (`iat`) in the future. It has to name
 * one of `audience`, one of `clientIds`, or both where both are set. What is not there denies. Up to 4096 characters.
 *
 * Header and payload are read as JSON, strictly: a name twice, a number that is none, text behind the end, bytes that are
 * not UTF-8 refuse the token, whoever signed it. Times are numbers (RFC 7519, section 2), other claims are compared whole.
 *
 * The consumer is called `jwt:<issuer>:<value of consumerClaim>`, so no token can take the name of a consumer with a key,
 * and none that of another issuer's caller. The issuer stands as the first eight hex digits of the SHA-256 of its `iss`,
 * or as `user-pool`. The value must be 1 to 60 letters, digits and `. _ : @ | -`, or a whole number, which is written
 * behind a `#`: the text `7` and the number 7 are two callers. The API is told in `X-Consumer-Id`.
 *
 * Refused requests get 401 and `WWW-Authenticate` as RFC 6750 says.
 */
export const jwt = z.union([byIssuer, byUserPool]);
export type Jwt = z.output<typeof jwt>;

/** The claim that says who calls. An access token of a Cognito pool names its client. */
export const consumerClaim = (token: Jwt): ClaimPath => {
  if (token.consumerClaim !== undefined) return token.consumerClaim;
  return 'userPool' in token && token.tokenUse === 'access' ? 'client_id' : 'sub';
};

/** The names that lead to a claim. A text with dots leads into nested claims, unless it is a URL or a pointer. */
export const claimNames = (path: ClaimPath): readonly string[] => {
  if (typeof path !== 'string') return path;
  if (path.startsWith('/')) {
    const steps = path.slice(1).split('/');
    return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return /^https?:\/\//.test(path) ? [path] : path.split('.');
};
