export { rules } from './rules';
export { planName, type RateLimit, rateLimit as schema, type Window } from './schema';
