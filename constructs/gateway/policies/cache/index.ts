export { type Cache, cache as schema } from './schema';
