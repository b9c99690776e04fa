export { type Cors, cors as schema } from './schema';
