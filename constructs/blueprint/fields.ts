/** Kinds of field that the environment file uses in more than one place. */
import { z } from 'zod';

/** A name that AWS takes everywhere: lower case, digits and single hyphens inside. */
export const name = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[a-z](?:-?[a-z0-9])*$/)
    .describe(`Lower-case letters, digits and single hyphens, up to ${longest}.`);

export const portNumber = z.int().min(1).max(65535);

/** A path on whole segments: `/orders` takes /orders and /orders/42, not /orders2. No trailing slash. */
export const pathPrefix = z
  .string()
  .max(100)
  .regex(/^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/);

/** A host name without a port, RFC 1123. */
export const hostName = z
  .string()
  .max(128)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/);
export const domainName = hostName;

/** An IPv4 block in CIDR notation; that it is a network address is checked in the rules. */
export const cidrBlock = z.string().regex(/^(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/);

/** Whole seconds. */
export const duration = (least: number, most: number) => z.int().min(least).max(most);
