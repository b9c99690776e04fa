/** Names of headers that a policy may change. */
import { z } from 'zod';
import { askedByPolicies, noneOf, ofAnswers } from './owned-headers';
import { requestHeader as readable } from './request-header';

/**
 * A request header: not what says who calls or from where, nor what belongs to the connection (`request-header.ts`); nor
 * what chooses one form of an answer, which the cache and compression would have to know.
 */
export const requestHeader = readable.regex(
  new RegExp(noneOf(askedByPolicies)),
  'a header that no other policy depends on',
);

/** A response header: not the gateway's own, nor those of framing and caching, nor those of another policy. */
export const responseHeader = z
  .string()
  .regex(
    new RegExp(`${noneOf(ofAnswers)}[a-z][a-z0-9-]{0,39}$`),
    'a header in lower case, up to 40 letters, digits and hyphens, that belongs to the API alone',
  );
