/** What the emulator holds in memory: a sandbox may run for days. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Aws, startAws } from './emulator-kit';

/** Runs a program in the emulator's folder. */
function python(program: string): string {
  const cwd = join(__dirname, '../../sandbox/emulator');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  return execFileSync('python3', ['-c', program], { cwd, env, encoding: 'utf8' });
}

describe('a process that serves', () => {
  const names = ['one', 'other'];
  let aws: Aws;
  let logs: CloudWatchLogsClient;

  beforeAll(async () => {
    aws = await startAws();
    logs = new CloudWatchLogsClient({ ...aws.emulator.access, maxAttempts: 1 });
    for (const logGroupName of names) {
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'lines' }));
    }
  });
  afterAll(async () => {
    logs?.destroy();
    await aws?.stop();
  });

  /** Ours: a child of this process. */
  function processId(): string {
    const listed = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' });
    const line = listed.split('\n').find((one) => {
      const [, parent] = one.trim().split(/\s+/);
      return parent === String(process.pid) && one.includes('launcher.py');
    });
    return line?.trim().split(/\s+/)[0] ?? '';
  }

  const residentMiB = (pid: string) =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

  /** As many fields as a gateway's access log has, some 700 bytes. */
  const line = (number: number) =>
    JSON.stringify({
      total_ms: number % 50,
      api: 'orders',
      consumer: `c${number % 7}`,
      ...Object.fromEntries(
        Array.from({ length: 24 }, (_, field) => [`field_${field}`, `${field} of ${number}`]),
      ),
    });

  async function write(logGroupName: string, lines: number): Promise<void> {
    const logEvents = Array.from({ length: lines }, (_, number) => ({
      message: line(number),
      timestamp: Date.now(),
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'lines', logEvents }));
  }

  async function ask(): Promise<number> {
    const queryString =
      'filter ispresent(total_ms) | stats count(*) as lines, pct(total_ms, 95) as slow by consumer, api';
    const times = { startTime: 0, endTime: Math.ceil(Date.now() / 1000) + 60 };
    const { queryId } = await logs.send(
      new StartQueryCommand({ logGroupNames: names, ...times, queryString }),
    );
    return (await logs.send(new GetQueryResultsCommand({ queryId }))).results?.length ?? 0;
  }

  test('asked for the usage again and again, it holds no more than before', async () => {
    for (let batch = 0; batch < 16; batch++) await Promise.all(names.map((name) => write(name, 500)));
    const pid = processId();
    expect(await ask()).toBe(7);
    const before = residentMiB(pid);
    for (let asked = 0; asked < 15; asked++) expect(await ask()).toBe(7);
    expect(residentMiB(pid) - before).toBeLessThan(10);
  }, 90_000);

  test('its threads have one heap together: glibc would give each another, 64 MiB aligned', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 8 }, (_, index) => write(names[index % 2] as string, 20)));
    }
    const maps = readFileSync(`/proc/${processId()}/maps`, 'utf8');
    // 64 MiB are reserved at such an address, and of these the first pages are given.
    const heaps = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-p .*\n(?=\2-[0-9a-f]+ ---p )/gm)];
    expect(maps).toContain('[heap]');
    expect(heaps.filter(([, start]) => BigInt(`0x${start}`) % 0x4000000n === 0n).map(([all]) => all)).toEqual(
      [],
    );
  }, 30_000);
});

test('a query keeps none of the lines that it goes through', () => {
  const program = `
import json, tracemalloc
from insights_query import run
def lines():
    for number in range(20_000):
        yield json.dumps({"total_ms": number % 50, "api": "orders", "path": "x" * 600})
query = "filter ispresent(total_ms) | stats count(*) as lines, sum(total_ms) as all, pct(total_ms, 95) as slow by api"
tracemalloc.start()
print(run(query, lines()))
print(tracemalloc.get_traced_memory()[1] < 1_000_000)
`;
  expect(python(program)).toBe(
    "([{'api': 'orders', 'lines': 20000, 'all': 490000, 'slow': 47}], 20000)\nTrue\n",
  );
});

test('of answers to queries 100 are known, and of large ones the newest 20,000 rows', () => {
  const program = `
import patches
patches.install_all()
from moto.logs.models import LogGroup, LogsBackend, LogStream
backend = LogsBackend("eu-central-1", "123456789012")
group = backend.groups["busy"] = LogGroup("123456789012", "eu-central-1", "busy")
stream = group.streams["one"] = LogStream(group, "one")
event = {"timestamp": 4_000_000_000_000, "message": "x"}
stream.put_log_events([event])
def ask(query):
    return backend.start_query(["busy"], 0, 5_000_000_000, query)
def kept():
    return len(backend.queries), sum(len(each.results) for each in backend.queries.values())
for _ in range(150):
    ask("stats count(*) as lines")
print(*kept())
stream.put_log_events([event] * 8_999)
for _ in range(3):
    last = ask("fields @message | limit 10000")
print(*kept(), last in backend.queries)
`;
  expect(python(program)).toBe('100 100\n2 18000 True\n');
});

test('of operations of Cloud Map, which each task that comes and goes makes, the newest 1,000 are known', () => {
  const program = `
import patches
patches.install_all()
from moto.servicediscovery.models import ServiceDiscoveryBackend
backend = ServiceDiscoveryBackend("eu-central-1", "123456789012")
made = [backend._create_operation("REGISTER_INSTANCE", {}) for _ in range(1_500)]
print(list(backend.operations) == made[-1_000:])
`;
  expect(python(program)).toBe('True\n');
});
