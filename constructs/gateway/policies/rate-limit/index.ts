export { planName, type RateLimit, rateLimit as schema, type Window } from './schema';
