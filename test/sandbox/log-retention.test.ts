/** What the emulator's CloudWatch Logs keeps. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Aws, startAws } from './emulator-kit';

let aws: Aws;
let logs: CloudWatchLogsClient;
const nowMs = Date.now();
const DAY_MS = 24 * 60 * 60 * 1000;

beforeAll(async () => {
  aws = await startAws();
  logs = new CloudWatchLogsClient({ ...aws.emulator.access, maxAttempts: 1 });
});
afterAll(() => aws?.stop());

const create = (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName }));
const stream = (logGroupName: string, logStreamName: string) =>
  logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));

async function write(logGroupName: string, logStreamName: string, messages: string[], timestamp = nowMs) {
  const logEvents = messages.map((message) => ({ message, timestamp }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

/** The first of a stream. */
async function first(logGroupName: string, logStreamName: string): Promise<string | undefined> {
  const given = { logGroupName, logStreamName, startFromHead: true, limit: 1 };
  return (await logs.send(new GetLogEventsCommand(given))).events?.[0]?.message;
}

async function count(logGroupName: string): Promise<number | undefined> {
  const started = { logGroupName, startTime: 0, endTime: Math.ceil(nowMs / 1000) + 60 };
  const queryString = 'stats count(*) as lines';
  const { queryId } = await logs.send(new StartQueryCommand({ ...started, queryString }));
  return (await logs.send(new GetQueryResultsCommand({ queryId }))).statistics?.recordsScanned;
}

test('of a log group the newest 20,000 events, whatever stream they are in', async () => {
  await create('busy');
  await create('other');
  for (const name of ['old', 'new']) await stream('busy', name);
  await stream('other', 'one');
  await write('other', 'one', ['untouched']);
  const numbered = (name: string, from: number) =>
    Array.from({ length: 6000 }, (_, index) => `${name} ${from + index}`);
  await write('busy', 'old', numbered('old', 0));
  for (const from of [0, 6000, 12_000]) await write('busy', 'new', numbered('new', from));
  expect(await count('busy')).toBe(20_000);
  expect(await first('busy', 'old')).toBe('old 4000');
  await write('busy', 'new', numbered('new', 18_000));
  expect(await count('busy')).toBe(20_000);
  expect(await first('busy', 'old')).toBeUndefined();
  expect(await first('busy', 'new')).toBe('new 4000');
  expect(await count('other')).toBe(1);
});

test('what is older than the retention of its log group is gone', async () => {
  await create('short');
  await stream('short', 'one');
  await write('short', 'one', ['of the day before yesterday'], nowMs - 2 * DAY_MS);
  await write('short', 'one', ['of today']);
  expect(await count('short')).toBe(2);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: 'short', retentionInDays: 1 }));
  await write('short', 'one', ['of now']);
  expect(await count('short')).toBe(2);
  expect(await first('short', 'one')).toBe('of today');
});

test('what was dropped is held nowhere: moto would keep every instance of every model', () => {
  const program = `
import gc, patches
patches.install_all()
from moto.logs.models import LogEvent, LogGroup, LogStream
group = LogGroup("123456789012", "eu-central-1", "busy")
stream = group.streams["one"] = LogStream(group, "one")
event = {"timestamp": 4_000_000_000_000, "message": "x"}
for _ in range(10):
    stream.put_log_events([event] * 5_000)
print(len(stream.events), sum(type(each) is LogEvent for each in gc.get_objects()), len(LogGroup.instances_tracked))
`;
  const cwd = join(__dirname, '../../sandbox/emulator');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  expect(execFileSync('python3', ['-c', program], { cwd, env, encoding: 'utf8' })).toBe('20000 20000 0\n');
});
