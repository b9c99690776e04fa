/** The policies of one API, as they are written in the environment file. One file per policy. */
import { z } from 'zod';
import { authentication } from './authentication';
import { cache } from './cache';
import { rateLimit } from './rate-limit';

export const policies = z.strictObject({
  authentication,
  rateLimit: rateLimit.optional(),
  cache: cache.optional(),
});

/** The policies of one API with every default filled in. */
export type Policies = z.output<typeof policies>;
