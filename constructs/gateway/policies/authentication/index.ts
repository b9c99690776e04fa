export { type ClaimPath, claimNames, consumerClaim, type Jwt } from './jwt';
export { type Authentication, authentication as schema, waysOf } from './schema';
