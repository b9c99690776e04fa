/** The account that an environment belongs to: what the file says of it. */

import type { Broken } from './environment-fixture';
import { DOMAIN, parsed, REGION, refuses } from './environment-fixture';

const account = (value: string): [string, string] => [REGION, `${REGION}account: ${value}\n`];

const certificate = (number: string): [string, string] => [
  DOMAIN,
  `domain:\n  name: api.example.com\n  certificateArn: arn:aws:acm:eu-central-1:${number}:certificate/0a1b\n`,
];

const broken: Broken[] = [
  {
    kind: 'a number, which may have lost its first digits',
    edits: [account('012345678901')],
    at: ['4:10 WRONG_TYPE'],
    says: ['`account` must be text, and this is a number', 'Put it in quotes'],
  },
  {
    kind: 'an alias',
    edits: [account('shop-prod')],
    at: ['4:10 WRONG_FORM'],
    says: ['`account`', 'shop-prod', 'the twelve digits of an account, in quotes'],
  },
  {
    kind: 'eleven digits',
    edits: [account('"12345678901"')],
    at: ['4:10 WRONG_FORM'],
    says: ['the twelve digits of an account'],
  },
  {
    kind: 'a certificate of another account',
    edits: [account('"123456789012"'), certificate('210987654321')],
    at: ['10:19 ARN_ACCOUNT'],
    says: [
      'The certificate is in another account than the load balancer.',
      '210987654321',
      '123456789012',
      'or correct `account`.',
    ],
  },
];

refuses(broken);

test('is taken as it is written, and need not be', () => {
  expect(parsed(account('"012345678901"')).account).toBe('012345678901');
  expect(parsed().account).toBeUndefined();
  expect(parsed(account('"123456789012"'), certificate('123456789012')).account).toBe('123456789012');
  expect(parsed(certificate('210987654321')).account).toBeUndefined();
});
