export { type Authorization, authorization as schema } from './schema';
