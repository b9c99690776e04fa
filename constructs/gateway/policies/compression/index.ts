export { rules } from './rules';
export { compression as schema, defaultTypes } from './schema';
