/** Runs a function of the gateway's Lua on texts, in the Lua of the real HAProxy: `haproxy -c` loads it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { luaOf } from '../../../constructs/gateway/haproxy/lua/files';

const configuration = `global
  lua-load harness.lua
defaults
  mode http
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend any
  bind 127.0.0.1:1
`;

/** Texts come and go as hexadecimal digits, parts of one between colons. */
const harness = (body: string) => `
local function texts(line)
  local parts = {}
  for part in (line .. ':'):gmatch('([^:]*):') do
    parts[#parts + 1] = part:gsub('%x%x', function(digits) return string.char(tonumber(digits, 16)) end)
  end
  return parts
end
local function answer(parts)
${body}
end
local out = assert(io.open('out', 'wb'))
for line in io.lines('in') do out:write(tostring(answer(texts(line))), '\\n') end
out:close()
`;

export class LuaRunner {
  private readonly folder = mkdtempSync(join(tmpdir(), 'lua-runner-'));

  /** @param body of a function that is given the parts of a text as `parts` */
  constructor(modules: readonly string[], body: string) {
    const files = { 'harness.lua': harness(body), 'haproxy.cfg': configuration, ...luaOf(...modules) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  /** What the function gives for each, as Lua writes it. */
  run(inputs: readonly (readonly string[])[]): string[] {
    const lines = inputs.map(
      (parts) => `${parts.map((text) => Buffer.from(text).toString('hex')).join(':')}\n`,
    );
    writeFileSync(join(this.folder, 'in'), lines.join(''));
    execFileSync('haproxy', ['-c', '-f', 'haproxy.cfg'], { cwd: this.folder, stdio: 'pipe' });
    return readFileSync(join(this.folder, 'out'), 'utf8').trimEnd().split('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
