export { rules } from './rules';
export { type Cache, cache as schema } from './schema';
