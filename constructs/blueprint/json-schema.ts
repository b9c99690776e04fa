/** The schema of the environment file in the form that editors complete from. */
import { z } from 'zod';
import { environmentSchema } from './schema';

/** JSON Schema, draft 7: what the YAML language server of editors knows best. */
export function environmentJsonSchema(): object {
  const schema = z.toJSONSchema(environmentSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'Stagecraft environment' };
}
