export { rules } from './rules';
export { securityHeaders as schema } from './schema';
