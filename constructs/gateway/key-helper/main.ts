/** The key helper: keeps the keys of all issuers current, in a volume that it shares with the gateway. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchText, keysUrl } from './fetch';
import { IssuerKeys, type Log } from './issuers';
import { askMember, keptText, tellMembers } from './members';
import { beat, keyFiles, publish } from './publish';
import { beatSeconds, type Settings, settingsVariable, volumePath } from './settings';
import { FirstKeys } from './start';

const log: Log = (event, about) =>
  void process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...about })}\n`);

function issuersOf(settings: Settings, environment: NodeJS.ProcessEnv): IssuerKeys[] {
  return settings.issuers.map(({ id, issuer, jwksUrl }) => {
    const name = typeof issuer === 'string' ? issuer : (environment[issuer.variable] ?? '');
    return new IssuerKeys({
      issuer: { id, jwksUrl: keysUrl(name, jwksUrl, environment.AWS_ENDPOINT_URL) },
      timing: settings,
      fetch: fetchText,
      log,
      now: Date.now,
    });
  });
}

async function run(environment: NodeJS.ProcessEnv): Promise<never> {
  const settings = JSON.parse(environment[settingsVariable] ?? '{}') as Settings;
  const folder = join(environment.TASK_FOLDER ?? '/', volumePath);
  const issuers = issuersOf(settings, environment);
  mkdirSync(folder, { recursive: true });
  tellMembers(environment.TASK_ADDRESS ?? '0.0.0.0', () => keptText(issuers), log);
  const ask = (host: string) => askMember(host, environment.DNS_ADDRESS);
  const first = new FirstKeys({ settings, issuers, ask, log, now: Date.now });
  for (;;) {
    await Promise.all(issuers.filter(({ dueMs }) => dueMs <= Date.now()).map((issuer) => issuer.refresh()));
    const settled = await first.settled();
    try {
      if (settled) publish(folder, keyFiles(issuers, settings.folder));
      beat(folder);
    } catch (error) {
      log('volume-fails', { reason: error instanceof Error ? error.message : String(error) });
    }
    const dueMs = Math.min(first.dueMs, ...issuers.map((issuer) => issuer.dueMs));
    await sleep(Math.min(beatSeconds * 1000, Math.max(200, dueMs - Date.now())));
  }
}

// As the first process of a container it would ignore the signal otherwise.
process.on('SIGTERM', () => process.exit(0));
void run(process.env);
