/** Who calls: by an API key, which is known by its SHA-256 and never by itself, or by a token (`jwt.ts`). */

import type { Policies } from '../../policies';
import { refuse } from '../answers/errors';
import { all, type Condition, found, not, type Rule, rule, within } from '../language/rules';
import { line, put, type Text, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { growthOf, longest } from '../parts/room';
import { bearerChallenge, tokenRules, withToken } from './jwt';
import { tokenFiles } from './token-settings';

/** `<sha256 of the key> <consumer>`; written when the container starts, from the consumers' secret. */
export const keysFile = line`keys.map`;

type Methods = Exclude<Policies['authentication'], 'public'>;

const keyChallenge = (header: Text) =>
  line`hdr WWW-Authenticate "ApiKey realm=\"api\", header=\"${header}\""`;
const sent = (header: Text) => line`{ req.fhdr(${header}) -m found }`;

function keyRules(header: Text): Rule[] {
  const unauthorized = (reason: string, detail: string, when: Condition) =>
    refuse({ status: 401, reason, detail, when, headers: keyChallenge(header) });
  return [
    ...unauthorized(
      'several-keys',
      'More than one API key was sent.',
      all(line`{ req.fhdr_cnt(${header}) gt 1 }`),
    ),
    // The whole value is hashed (fhdr): part of a list must not count as a key.
    rule(line`set-var(${txn.consumer}) req.fhdr(${header}),sha2(256),hex,lower,map_str(${keysFile})`),
    ...unauthorized('unknown-key', 'The API key is not valid.', all(not(found('consumer')))),
    rule(line`del-header ${header}`),
  ];
}

/** Neither was sent: the caller is told of all that would do. RFC 6750, section 3.1: without an error then. */
function nothingSent({ apiKey, jwt }: Methods): Rule[] {
  const header = apiKey && put('headerName', apiKey.header);
  return [
    ...(header
      ? refuse({
          status: 401,
          reason: 'no-key',
          detail: jwt ? 'An API key or a token is needed.' : 'An API key is needed.',
          when: all(not(sent(header)), ...(jwt ? [not(withToken)] : [])),
          headers: jwt ? line`${keyChallenge(header)} ${bearerChallenge()}` : keyChallenge(header),
        })
      : []),
    ...(jwt && !header
      ? refuse({
          status: 401,
          reason: 'no-token',
          detail: 'A token is needed.',
          when: all(not(withToken)),
          headers: bearerChallenge(),
        })
      : []),
    // It is not for the gateway to choose who calls.
    ...(jwt && header
      ? refuse({
          status: 400,
          reason: 'key-and-token',
          detail: 'Both an API key and a token were sent.',
          when: all(sent(header), withToken),
          headers: bearerChallenge('invalid_request'),
        })
      : []),
  ];
}

/** With both methods, each has its own requests: what follows for the other would refuse them. */
const only = (when: readonly Text[], rules: readonly Rule[]): readonly Rule[] =>
  within(all(...when), { request: rules }).request ?? [];

export const authentication = policy<Methods>({
  settings: ({ policies }) => (policies.authentication === 'public' ? undefined : policies.authentication),

  limits: ({ apiKey, jwt }) => [
    ...(apiKey ? textProblem('headerName', apiKey.header, ['authentication', 'apiKey', 'header']) : []),
    ...(jwt && 'issuer' in jwt ? textProblem('url', jwt.issuer, ['authentication', 'jwt', 'issuer']) : []),
  ],

  rules: (methods) => {
    const { apiKey, jwt } = methods;
    const key = apiKey ? keyRules(put('headerName', apiKey.header)) : [];
    const token = jwt ? tokenRules(jwt) : [];
    const several = apiKey && jwt;
    return {
      request: [
        ...nothingSent(methods),
        ...(several ? [rule(line`set-var(${txn.by_token}) bool(true)`, all(withToken))] : []),
        ...(several ? only([line`!{ var(${txn.by_token}) -m bool }`], key) : key),
        ...(several ? only([line`{ var(${txn.by_token}) -m bool }`], token) : token),
        rule(line`set-header X-Consumer-Id %[var(${txn.consumer})]`),
      ],
    };
  },

  growth: () => growthOf({ request: { 'x-consumer-id': longest.consumer } }),

  files: (used) => tokenFiles(used.flatMap(({ jwt }) => jwt ?? [])),
});
