export { securityHeaders as schema } from './schema';
