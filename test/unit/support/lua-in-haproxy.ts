/** Runs the gateway's Lua in the real HAProxy, without a server: `haproxy -c` loads a program, which reads and writes files. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** For each line of the file `in`, in hexadecimal digits, `answer(text)` gives a line of the file `out`. */
const loop = `
local out = assert(io.open('out', 'wb'))
for line in io.lines('in') do
  local text = line:gsub('%x%x', function(digits) return string.char(tonumber(digits, 16)) end)
  out:write(answer(text), '\\n')
end
out:close()
`;

export class LuaInHaproxy {
  private readonly folder = mkdtempSync(join(tmpdir(), 'lua-in-haproxy-'));

  /** @param harness defines `answer`; the files stand beside it */
  constructor(
    private readonly harness: string,
    private readonly files: Readonly<Record<string, string>>,
  ) {}

  /** What the harness answers to each text. */
  ask(texts: readonly (string | Buffer)[], more: Readonly<Record<string, string>> = {}): string[] {
    const all = {
      ...this.files,
      ...more,
      'harness.lua': `${this.harness}${loop}`,
      'haproxy.cfg': configuration,
      in: texts.map((text) => `${Buffer.from(text as string).toString('hex')}\n`).join(''),
    };
    for (const [name, text] of Object.entries(all)) writeFileSync(join(this.folder, name), text);
    execFileSync('haproxy', ['-c', '-f', 'haproxy.cfg'], { cwd: this.folder, stdio: 'pipe' });
    const out = readFileSync(join(this.folder, 'out'), 'utf8');
    return out.split('\n').slice(0, -1);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
