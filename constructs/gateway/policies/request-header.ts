import { z } from 'zod';
import { claimPattern } from '../claiming-headers';
import { beforePolicies, noneOf } from './owned-headers';

const readable = new RegExp(`${noneOf(beforePolicies)}(?!${claimPattern})[a-z][a-z0-9-]{0,39}$`);

/**
 * Name of a request header that a policy reads. Not among them: what the gateway sets or takes away before any policy
 * (who calls and from where, another path, method or host), and what belongs to the connection.
 */
export const requestHeader = z
  .string()
  .regex(
    readable,
    'a header in lower case, up to 40 letters, digits and hyphens, that a client may set; not one that claims another path, method, host or client',
  );
