export { rules } from './rules';
export { type Cors, cors as schema } from './schema';
