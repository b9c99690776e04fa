/** What browsers are told to do for safety, on every answer. See `policies/security-headers/schema.ts`. */

import type { Policies } from '../../policies';
import { all, type Rule, type Rules, rule } from '../language/rules';
import { line, put, type Text, textProblem } from '../language/text';
import { policy } from '../parts/policy';
import { growthOf } from '../parts/room';

type Headers = Exclude<Policies['securityHeaders'], 'none'>;

/** What names the software of an API. */
const serverHeaders = line`^(server|x-powered-by|x-aspnet-version|x-aspnetmvc-version)$`;

const unlessSaid = (header: Text, value: Text): Rule =>
  rule(line`set-header ${header} ${value}`, all(line`!{ res.fhdr(${header}) -m found }`));

function hstsRule({ hsts }: Headers): Rule[] {
  if (hsts === 'none') return [];
  const { maxAgeSeconds, includeSubDomains, preload } = hsts;
  const words = [
    line`max-age=${maxAgeSeconds}`,
    ...(includeSubDomains ? [line`; includeSubDomains`] : []),
    ...(preload ? [line`; preload`] : []),
  ];
  return [unlessSaid(line`Strict-Transport-Security`, line`"${words.join('') as Text}"`)];
}

function headerRules(headers: Headers): Rules {
  const { contentTypeOptions, frameOptions, referrerPolicy, contentSecurityPolicy } = headers;
  const said = (header: Text, value: string | undefined) =>
    value === undefined ? [] : [unlessSaid(header, line`"${put('format', value)}"`)];
  return {
    response: headers.removeServerHeaders ? [rule(line`del-header ${serverHeaders} -m reg`)] : [],
    afterResponse: [
      ...hstsRule(headers),
      ...(contentTypeOptions === 'none' ? [] : [rule(line`set-header X-Content-Type-Options nosniff`)]),
      ...said(line`X-Frame-Options`, frameOptions),
      ...said(line`Referrer-Policy`, referrerPolicy),
      ...said(line`Content-Security-Policy`, contentSecurityPolicy),
    ],
  };
}

/** What an answer has that belongs to no API. */
export const ofNoApi: readonly Rule[] = [
  rule(line`set-header Strict-Transport-Security max-age=31536000`),
  rule(line`set-header X-Content-Type-Options nosniff`),
];

export const securityHeaders = policy<Headers>({
  settings: ({ policies }) => (policies.securityHeaders === 'none' ? undefined : policies.securityHeaders),

  limits: ({ contentSecurityPolicy }) =>
    contentSecurityPolicy === undefined
      ? []
      : textProblem('format', contentSecurityPolicy, ['securityHeaders', 'contentSecurityPolicy']),

  rules: headerRules,

  growth: ({ contentSecurityPolicy = '' }) =>
    growthOf({
      answer: {
        'strict-transport-security': 'max-age=63072000; includeSubDomains; preload'.length,
        'x-content-type-options': 'nosniff'.length,
        'x-frame-options': 'SAMEORIGIN'.length,
        'referrer-policy': 'strict-origin-when-cross-origin'.length,
        'content-security-policy': contentSecurityPolicy.length,
      },
    }),
});
