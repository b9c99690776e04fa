export { rules } from './rules';
export { type Authorization, authorization as schema } from './schema';
