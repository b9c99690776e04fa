/** API keys: known by their SHA-256, never by themselves. */
import type { Policies } from '../policies';
import { refuse } from './errors';
import { policy } from './policy';
import { all, type Condition, found, not, rule } from './rules';
import { pathOf } from './sections';
import { line, put, textProblem } from './text';

/** `<sha256 of the key> <consumer>`; written when the container starts, from the consumers' secret. */
export const keysFile = line`keys.map`;

type Methods = Exclude<Policies['authentication'], 'public'>;

export const authentication = policy<Methods>({
  settings: ({ policies }) => (policies.authentication === 'public' ? undefined : policies.authentication),

  problems: ({ apiKey }, place) =>
    textProblem('headerName', apiKey.header, [...pathOf(place), 'authentication', 'apiKey', 'header']),

  rules: ({ apiKey }) => {
    const header = put('headerName', apiKey.header);
    const challenge = line`hdr WWW-Authenticate "ApiKey realm=\"api\", header=\"${header}\""`;
    const unauthorized = (reason: string, detail: string, when: Condition) =>
      refuse({ status: 401, reason, detail, when, headers: challenge });
    return {
      request: [
        ...unauthorized('no-key', 'An API key is needed.', all(line`!{ req.fhdr(${header}) -m found }`)),
        ...unauthorized(
          'several-keys',
          'More than one API key was sent.',
          all(line`{ req.fhdr_cnt(${header}) gt 1 }`),
        ),
        // The whole value is hashed (fhdr): part of a list must not count as a key.
        rule(line`set-var(txn.consumer) req.fhdr(${header}),sha2(256),hex,lower,map_str(${keysFile})`),
        ...unauthorized('unknown-key', 'The API key is not valid.', all(not(found(line`consumer`)))),
        rule(line`del-header ${header}`),
        rule(line`set-header X-Consumer-Id %[var(txn.consumer)]`),
      ],
    };
  },
});
