/** Runs a function of the gateway's Lua on texts of several parts, in the Lua of the real HAProxy. */
import { luaOf } from '../../../constructs/gateway/haproxy/lua/files';
import { LuaInHaproxy } from './lua-in-haproxy';

/** The parts of a text stand in it as hexadecimal digits, with colons between. */
const harness = (body: string) => `
local function called(parts)
${body}
end
function answer(text)
  local parts = {}
  for part in (text .. ':'):gmatch('([^:]*):') do
    parts[#parts + 1] = part:gsub('%x%x', function(digits) return string.char(tonumber(digits, 16)) end)
  end
  return tostring(called(parts))
end
`;

export class LuaRunner {
  private readonly lua: LuaInHaproxy;

  /** @param body of a function that is given the parts of a text as `parts` */
  constructor(modules: readonly string[], body: string) {
    this.lua = new LuaInHaproxy(harness(body), luaOf(...modules));
  }

  /** What the function gives for each, as Lua writes it. */
  run(inputs: readonly (readonly string[])[]): string[] {
    return this.lua.ask(
      inputs.map((parts) => parts.map((text) => Buffer.from(text).toString('hex')).join(':')),
    );
  }

  remove(): void {
    this.lua.remove();
  }
}
