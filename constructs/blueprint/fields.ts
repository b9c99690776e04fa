/** Kinds of field that the environment file uses in more than one place. */
import { z } from 'zod';

/** A name that AWS takes everywhere: lower case, digits and single hyphens inside. */
export const name = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(
      /^(?!constructor$)[a-z](?:-?[a-z0-9])*$/,
      'lower-case letters, digits and single hyphens, beginning with a letter; `constructor` is taken',
    )
    .describe(`Lower-case letters, digits and single hyphens, up to ${longest}.`);

/** `eu-central-1` */
export const regionCode = z
  .string()
  .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'a region code, such as eu-central-1');

/** `123456789012` */
export const accountId = z.string().regex(/^\d{12}$/, 'the twelve digits of an account, in quotes');

/** TCP port. */
export const portNumber = z.int().min(1).max(65535);

/** A path on whole segments: `/orders` takes /orders and /orders/42, not /orders2. No trailing slash. */
export const pathPrefix = z
  .string()
  .max(100)
  .regex(
    /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/,
    'a path that begins with / and has no / at its end, of letters, digits and . _ ~ - (such as /orders or /v2/orders)',
  );

/** A host name without a port, RFC 1123. */
export const hostName = z
  .string()
  .max(128)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/,
    'a host name in lower case, without scheme, port or wildcard (such as api.example.com)',
  );
export const domainName = hostName;

/** A host name and a port; no address, as addresses come and go. */
export const hostAndPort = z
  .string()
  .max(134)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9]):[1-9]\d{0,4}$/,
    'a host name in lower case and a port, without a scheme (such as orders.internal:8080), and no address',
  );

/** An IPv4 block in CIDR notation; that it is a network address is checked in the rules. */
export const cidrBlock = z
  .string()
  .regex(/^(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, 'an IPv4 block such as 10.0.0.0/16');

/** An availability zone by its letter. */
export const zoneLetter = z
  .string()
  .regex(
    /^[a-f]$/,
    'a letter from a to f; no name in full (eu-central-1a), no zone id (euc1-az1), no local zone',
  );

/** How many instances of a pool run, by default. */
export const instanceCounts = (fewest: number) => ({
  min: z.int().min(1).max(1000).default(fewest).describe('Fewest instances.'),
  max: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Most instances. By default as many as `min`: no autoscaling.'),
});

/** Whole seconds. */
export const duration = (least: number, most: number) => z.int().min(least).max(most);

/** Seeds of listener rules' numbers that a file may name. */
export const MOST_SEED = 9_999;

/** A file below the folder of the environment files; no part of its path leads out of it or is hidden. */
export const EXTENDS = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)+[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml$/;
