/** Runs the gateway's reader of JSON on texts, in the Lua of the real HAProxy. */
import { lua } from '../../../constructs/gateway/haproxy/lua/program';
import { LuaInHaproxy } from './lua-in-haproxy';

/** Writes what was read, strings as hexadecimal digits, so that no reader of JSON judges another. */
const harness = `
local json = dofile('json.lua')
local function hex(text) return (text:gsub('.', function(c) return ('%02x'):format(c:byte()) end)) end
local function show(value)
  if value == json.null then return '["null"]' end
  if json.is_array(value) then
    local parts = {}
    for index = 1, value.n do parts[index] = show(value[index]) end
    return '["array",' .. '[' .. table.concat(parts, ',') .. ']]'
  end
  if json.is_object(value) then
    local parts = {}
    for name, one in pairs(value) do parts[#parts + 1] = '["' .. hex(name) .. '",' .. show(one) .. ']' end
    return '["object",' .. '[' .. table.concat(parts, ',') .. ']]'
  end
  if type(value) == 'string' then return '["text","' .. hex(value) .. '"]' end
  if math.type(value) == 'integer' then return '["number","' .. ('%d'):format(value) .. '"]' end
  if type(value) == 'number' then return '["number","' .. ('%.17g'):format(value) .. '"]' end
  return '["' .. tostring(value) .. '"]'
end
function answer(text)
  local value, why = json.read(text)
  return value == nil and ('["refused","' .. why .. '"]') or show(value)
end
`;

type Shown =
  | ['null']
  | ['true']
  | ['false']
  | [string, string]
  | ['array', Shown[]]
  | ['object', [string, Shown][]];

function told([kind, content]: Shown): unknown {
  switch (kind) {
    case 'null':
      return null;
    case 'true':
    case 'false':
      return kind === 'true';
    case 'text':
      return Buffer.from(content as string, 'hex').toString();
    case 'number':
      return Number(content) + 0;
    case 'array':
      return (content as Shown[]).map(told);
    default:
      return Object.fromEntries(
        (content as [string, Shown][]).map(([name, one]) => [Buffer.from(name, 'hex').toString(), told(one)]),
      );
  }
}

export type Reading = { readonly value: unknown; readonly digits?: string } | { readonly refused: string };

export class JsonReader {
  private readonly lua = new LuaInHaproxy(harness, { 'json.lua': lua['json.lua'] ?? '' });

  read(texts: readonly (string | Buffer)[]): Reading[] {
    return this.lua.ask(texts).map((line): Reading => {
      const shown = JSON.parse(line) as Shown;
      if (shown[0] === 'refused') return { refused: shown[1] as string };
      const digits = shown[0] === 'number' ? { digits: shown[1] as string } : {};
      return { value: told(shown), ...digits };
    });
  }

  remove(): void {
    this.lua.remove();
  }
}
