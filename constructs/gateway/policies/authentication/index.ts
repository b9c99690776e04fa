export { type ClaimPath, claimNames, consumerClaim, type Jwt } from './jwt';
export { rules } from './rules';
export { type Authentication, authentication as schema, waysOf } from './schema';
