/** Names of headers that a policy may change. */
import { z } from 'zod';
import { requestHeader as readable } from './request-header';

/**
 * A request header: not what says who calls or from where, nor what belongs to the connection (`request-header.ts`); nor
 * what chooses one form of an answer, which the cache and compression would have to know.
 */
export const requestHeader = readable.regex(
  /^(?!(via|accept-encoding|range|if-range|if-match|if-none-match|if-modified-since|if-unmodified-since|origin|access-control-.*)$)/,
  'a header that no other policy depends on',
);

/** A response header: not the gateway's own, nor those of framing and caching, nor those of another policy. */
export const responseHeader = z
  .string()
  .regex(
    /^(?!(x-consumer|x-gateway|x-forwarded|access-control|proxy)-|ratelimit|(connection|keep-alive|upgrade|te|trailer|transfer-encoding|content-length|content-encoding|content-range|accept-ranges|http2-settings|date|age|vary|via|x-cache|x-request-id|retry-after|www-authenticate|strict-transport-security|x-content-type-options|x-frame-options|referrer-policy|content-security-policy)$)[a-z][a-z0-9-]{0,39}$/,
    'a header in lower case, up to 40 letters, digits and hyphens, that belongs to the API alone',
  );
