export {
  bodyTypes,
  largestJsonBytes,
  readsBody,
  type Validation,
  type ValueCheck,
  validation as schema,
} from './schema';
