import { z } from 'zod';

const contentType = z
  .string()
  .regex(
    /^(?!multipart\/|text\/event-stream)[a-z]{1,20}\/[a-z0-9][a-z0-9.+-]{0,60}$/,
    'a media type such as application/json, in lower case and without parameters',
  );

export const defaultTypes = [
  'application/json',
  'application/problem+json',
  'application/xml',
  'application/javascript',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/plain',
  'text/xml',
];

/**
 * Answers are compressed with gzip on their way to a client that takes it: 200 to 203, of the types that are named.
 * Not what the API has compressed, what says `Cache-Control: no-transform`, and what a client of HTTP/1.0 gets. A strong
 * ETag becomes a weak one. The cache keeps answers uncompressed, one for all clients.
 *
 * A client that takes gzip gets it from the gateway; the API is then not asked to compress. All compressed answers of an
 * API have one list of types; a route can only go without (`none`), and its answers are then not compressed by the API
 * either.
 *
 * Leave it off (`none`) where an answer holds a secret beside text that the caller can choose: the length of what is
 * compressed then tells one from the other, in spite of TLS (the BREACH attack).
 */
export const compression = z.union([
  z.literal(true).describe('The usual types of text.'),
  z.strictObject({
    types: z
      .array(contentType)
      .min(1)
      .max(20)
      .default(defaultTypes)
      .describe('Media types that are compressed; each also stands for those that begin with it.'),
  }),
]);
