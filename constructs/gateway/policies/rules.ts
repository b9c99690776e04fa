/** What can be wrong with each policy: asked by `problems.ts`. */
import { rules as authentication } from './authentication/rules';
import { rules as authorization } from './authorization/rules';
import { rules as cache } from './cache/rules';
import { rules as compression } from './compression/rules';
import { rules as cors } from './cors/rules';
import type { Policies } from './index';
import { rules as rateLimit } from './rate-limit/rules';
import type { PolicyRule } from './rule';
import { rules as securityHeaders } from './security-headers/rules';
import { rules as transformation } from './transformation/rules';
import { rules as validation } from './validation/rules';

const ofPolicies: Readonly<Record<keyof Policies, readonly PolicyRule[]>> = {
  authentication,
  securityHeaders,
  authorization,
  validation,
  rateLimit,
  cache,
  cors,
  compression,
  transformation,
};

/** Of all policies. */
export const rules: readonly PolicyRule[] = Object.values(ofPolicies).flat();
