/** API keys: known by their SHA-256, never by themselves. */
import { refuse } from './errors';
import type { PolicyRendering } from './sections';
import { line, put, textProblem } from './text';

/** `<sha256 of the key> <consumer>`; written when the container starts, from the consumers' secret. */
export const keysFile = line`keys.map`;

export const authentication: PolicyRendering = {
  problems: ({ name, policies }) =>
    policies.authentication === 'public'
      ? []
      : textProblem('headerName', policies.authentication.apiKey.header, [
          'apis',
          name,
          'policies',
          'authentication',
          'apiKey',
          'header',
        ]),

  rules: ({ policies }) => {
    if (policies.authentication === 'public') return {};
    const header = put('headerName', policies.authentication.apiKey.header);
    const challenge = line`hdr WWW-Authenticate "ApiKey realm=\"api\", header=\"${header}\""`;
    const unauthorized = (reason: string, detail: string, when: ReturnType<typeof line>) =>
      refuse({ status: 401, reason, detail, when, headers: challenge });
    return {
      request: [
        ...unauthorized('no-key', 'An API key is needed.', line`unless { req.fhdr(${header}) -m found }`),
        ...unauthorized(
          'several-keys',
          'More than one API key was sent.',
          line`if { req.fhdr_cnt(${header}) gt 1 }`,
        ),
        // The whole value is hashed (fhdr): part of a list must not count as a key.
        line`http-request set-var(txn.consumer) req.fhdr(${header}),sha2(256),hex,lower,map_str(${keysFile})`,
        ...unauthorized(
          'unknown-key',
          'The API key is not valid.',
          line`unless { var(txn.consumer) -m found }`,
        ),
        line`http-request del-header ${header}`,
        line`http-request set-header X-Consumer-Id %[var(txn.consumer)]`,
      ],
    };
  },

  sections: () => [],
  files: () => ({}),
};
