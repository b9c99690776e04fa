export { compression as schema, defaultTypes } from './schema';
