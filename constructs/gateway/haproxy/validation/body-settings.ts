/** What the Lua that reads bodies is told of the policies: a JSON file, whose entries the rules name by digest. */
import { createHash } from 'node:crypto';
import { compileSchema } from '../../json-schema/compile';
import type { GatewayModel } from '../../model';
import { placesIn } from '../../places';
import { readsBody, type Validation } from '../../policies/validation';
import type { Text } from '../language/text';
import { luaOf } from '../lua/files';

const bodiesFile = 'bodies.json';
/** HAProxy loads this one; it reads the others. */
export const bodiesProgram = 'bodies.lua' as Text;
export const bodiesLua = () => luaOf('json.lua', 'formats.lua', 'schema.lua', bodiesProgram);

export const readsBodies = (model: Pick<GatewayModel, 'apis'>): boolean =>
  placesIn(model).some(({ policies: { validation } }) => validation !== undefined && readsBody(validation));

function bodyEntry({ body, requiredJsonFields }: Validation) {
  const schema = body && compileSchema(body.schema);
  if (Array.isArray(schema)) throw new Error('Unchecked schema reached the configuration');
  return {
    ...(requiredJsonFields ? { fields: requiredJsonFields.map((field) => field.split('.')) } : {}),
    ...(schema ? { schema } : {}),
  };
}

const digest = (entry: unknown): Text =>
  createHash('sha256').update(JSON.stringify(entry)).digest('hex').slice(0, 12) as Text;

/** Name of what a policy asks of a body, in the rule that has it read. */
export const bodyId = (validation: Validation): Text => digest(bodyEntry(validation));

/** The files beside the configuration when a body is read. */
export function bodyFiles(all: readonly Validation[]): Record<string, string> {
  const entries = all.filter(readsBody).map(bodyEntry);
  if (entries.length === 0) return {};
  const named = Object.fromEntries(entries.map((entry) => [digest(entry), entry]));
  return { ...bodiesLua(), [bodiesFile]: JSON.stringify(named) };
}
