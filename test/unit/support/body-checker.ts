/** Runs what the gateway does with a JSON body on texts, in the Lua of the real HAProxy. */
import { bodiesLua } from '../../../constructs/gateway/haproxy/validation/body-settings';
import { type CompiledSchema, compileSchema } from '../../../constructs/gateway/json-schema/compile';
import { LuaInHaproxy } from './lua-in-haproxy';

/** The action is called as HAProxy would; each text begins with the number of its policy and a colon. */
const harness = `
local check
core.register_action = function(_, _, action) check = action end
dofile('bodies.lua')
function answer(line)
  local id, text = line:match('^(%d+):(.*)$')
  local said = {}
  check({
    sf = { req_body = function() return text end },
    set_var = function(_, name, value) said[name] = value end,
  }, id)
  if said['txn.body_good'] then return said['txn.body_reason'] and 'BOTH' or 'good' end
  return said['txn.body_reason'] .. ' ' .. said['txn.body_fault'] .. ' ' .. said['txn.body_pointer']
end
`;

export type Schema = Readonly<Record<string, unknown>>;

export function compiled(schema: Schema): CompiledSchema {
  const made = compileSchema(schema);
  if (Array.isArray(made)) throw new Error(`${JSON.stringify(schema)}: ${JSON.stringify(made)}`);
  return made as CompiledSchema;
}

export interface Asked {
  readonly schema?: Schema;
  readonly fields?: readonly string[];
  readonly texts: readonly (string | Buffer)[];
}

export class BodyChecker {
  private readonly lua = new LuaInHaproxy(harness, bodiesLua());

  /** For each policy, for each of its texts: `good`, or the reason, the fault and the pointer. */
  check(asked: readonly Asked[]): string[][] {
    const policies = asked.map(({ schema, fields }) => ({
      ...(fields ? { fields: fields.map((field) => field.split('.')) } : {}),
      ...(schema ? { schema: compiled(schema) } : {}),
    }));
    const lines = asked.flatMap(({ texts }, index) =>
      texts.map((text) => Buffer.concat([Buffer.from(`${index}:`), Buffer.from(text as string)])),
    );
    const answers = this.lua.ask(lines, { 'bodies.json': JSON.stringify({ ...policies }) });
    let at = 0;
    return asked.map(({ texts }) => {
      at += texts.length;
      return answers.slice(at - texts.length, at);
    });
  }

  remove(): void {
    this.lua.remove();
  }
}
