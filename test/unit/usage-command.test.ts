/** What `stagecraft usage` prints. The queries are answered here; test/sandbox and test/traffic ask the emulator. */
import { GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../cli/context';
import type { Output } from '../../cli/output';
import { type UsageOptions, usage } from '../../cli/usage';
import { resolve } from '../../constructs/blueprint/resolve';
import { balanced, type Edit, parsed } from './environment-fixture';

type Row = Readonly<Record<string, string | number>>;

const fields = (row: Row) => Object.entries(row).map(([field, value]) => ({ field, value: String(value) }));

/** An account whose logs give these rows. */
function account(counted: readonly Row[], latencies: readonly Row[], status = 'Complete') {
  const asked: StartQueryCommand[] = [];
  const send = async (command: unknown) => {
    if (command instanceof StartQueryCommand) {
      asked.push(command);
      return { queryId: command.input.queryString?.includes('pct(') ? 'latency' : 'counted' };
    }
    if (!(command instanceof GetQueryResultsCommand)) throw new Error('an unexpected call');
    const rows = command.input.queryId === 'latency' ? latencies : counted;
    return { status, results: rows.map(fields), statistics: { bytesScanned: 600 } };
  };
  return { asked, send };
}

async function printed(
  logs: ReturnType<typeof account>,
  options: Partial<UsageOptions> = {},
  ...edits: Edit[]
): Promise<{ text: string; document: unknown }> {
  const environment = parsed(...edits);
  const lines: string[] = [];
  let document: unknown;
  const output: Output = {
    json: false,
    line: (line = '') => lines.push(line),
    document: (value) => {
      document = value;
    },
  };
  const context = { environment, blueprint: resolve(environment), aws: { logs } } as unknown as Context;
  await usage(context, { since: '1h', ...options }, output);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
  return { text: lines.join('\n').replace(/\u001b\[\d+m/g, ''), document };
}

const row = (over: Row): Row => ({
  consumer: 'acme',
  api: 'orders',
  status: 200,
  cache: '-',
  deny: '-',
  requests: 1,
  bytesIn: 0,
  bytesOut: 0,
  ...over,
});
const cells = (text: string) =>
  text.split('\n').map((line) =>
    line
      .trim()
      .split(/ {2,}/)
      .filter((cell) => cell !== ''),
  );

test('a table by API and consumer, and one of what was refused', async () => {
  const logs = account(
    [
      row({ requests: 90, bytesIn: 9000, bytesOut: 1_500_000 }),
      row({ requests: 30, cache: 'HIT' }),
      row({ requests: 10, cache: 'MISS' }),
      row({ requests: 4, status: 429, deny: 'rate-limit' }),
      row({ consumer: '-', requests: 2, status: 401, deny: 'no-key' }),
      row({ consumer: '-', api: '-', requests: 1, status: 404, deny: 'no-route' }),
    ],
    [{ consumer: 'acme', api: 'orders', p50: 12.4, p95: 80, p99: '203.6' }],
  );
  const { text } = await printed(logs);
  expect(cells(text)).toEqual([
    ['shop, the last 1h; read 1.2 kB of log'],
    [
      'API',
      'consumer',
      'requests',
      '4xx',
      '5xx',
      'refused',
      'cache hits',
      'in',
      'out',
      'p50 ms',
      'p95 ms',
      'p99 ms',
    ],
    ['orders', 'acme', '134', '4', '0', '4', '30 (75 %)', '9.0 kB', '1.5 MB', '12', '80', '204'],
    ['orders', 'anonymous', '2', '2', '0', '2', '–', '0 B', '0 B', '–', '–', '–'],
    ['(no API)', 'anonymous', '1', '1', '0', '1', '–', '0 B', '0 B', '–', '–', '–'],
    ['all', '137', '7', '0', '7', '30 (75 %)', '9.0 kB', '1.5 MB'],
    [],
    ['refused', 'API', 'consumer', 'requests'],
    ['rate-limit', 'orders', 'acme', '4'],
    ['no-key', 'orders', 'anonymous', '2'],
    ['no-route', '(no API)', 'anonymous', '1'],
  ]);
});

test('the gateways of the environment are asked, for the time that is meant', async () => {
  const logs = account([], []);
  const before = Date.now() / 1000;
  await printed(logs, { since: '15m', api: 'orders', consumer: 'anonymous' });
  expect(logs.asked).toHaveLength(2);
  for (const { input } of logs.asked) {
    expect(input.logGroupNames).toEqual(['/stagecraft/shop/gateway-a', '/stagecraft/shop/gateway-b']);
    expect(input.endTime).toBeGreaterThanOrEqual(Math.floor(before));
    expect((input.endTime ?? 0) - (input.startTime ?? 0)).toBe(900);
    expect(input.queryString).toContain('api = "orders" and consumer = "-"');
  }
});

test('as JSON: numbers, and null for what has no name', async () => {
  const { document } = await printed(account([row({ consumer: '-' })], []));
  expect(document).toMatchObject({
    environment: 'shop',
    from: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    rows: [{ api: 'orders', consumer: null, requests: 1, cacheHitRatio: null, latencyMs: null }],
    total: { requests: 1 },
    scannedBytes: 1200,
  });
});

test.each<[Partial<UsageOptions>, string]>([
  [{}, 'No requests in the last 1h. A request is counted within minutes.'],
  [
    { api: 'orders', consumer: 'acme', since: '7d' },
    'No requests for API orders by consumer acme in the last 7d. A',
  ],
  [{ api: 'ordres' }, 'No requests for API ordres in the last 1h. The environment file has no API ordres.'],
  [{ consumer: 'acne' }, 'The environment file has no consumer acne.'],
])('nothing is said in words: %j', async (options, said) => {
  expect((await printed(account([], []), options)).text).toContain(said);
});

test('what is older than the logs are kept is said', async () => {
  expect((await printed(account([], []), { since: '31d' })).text).toContain(
    'Logs are kept for 30 days: what is older is not counted.',
  );
  expect((await printed(account([], []), { since: '30d' })).text).not.toContain('Logs are kept');
});

test('only the hundred rows with the most requests are printed, and JSON has all', async () => {
  const many = Array.from({ length: 130 }, (_, index) => row({ consumer: `c${index}`, requests: 1 + index }));
  const { text, document } = await printed(account(many, []));
  expect(text).toContain('30 rows with fewer requests are not shown; --json has them.');
  expect(text.match(/^orders /gm)).toHaveLength(100);
  expect(text).toMatch(/ c30 /);
  expect(text).not.toMatch(/ c29 /);
  expect((document as { rows: unknown[] }).rows).toHaveLength(130);
});

test('routes have a column where they are told apart, and callers none where they are not', async () => {
  const rows = [row({ route: 'reports', status: 403, deny: 'scope' })].map(({ consumer, ...rest }) => rest);
  const { text } = await printed(account(rows as Row[], []), { routes: true, consumers: false });
  expect(
    cells(text)
      .map((line) => line.slice(0, 3))
      .slice(1),
  ).toEqual([
    ['API', 'route', 'requests'],
    ['orders', 'reports', '1'],
    ['all', '1', '1'],
    [],
    ['refused', 'API', 'route'],
    ['scope', 'orders', 'reports'],
  ]);
});

test('at a stage without gateways what they counted before can be read', async () => {
  const { text } = await printed(account([row({ requests: 4711 })], []), {}, balanced);
  expect(text).toContain(
    'Stage load-balanced has no gateways: nothing is counted now, and what they counted before is kept.',
  );
  expect(text).toContain('4711');
});

test('a query that failed, and one with too many rows, are errors that say what to do', async () => {
  await expect(printed(account([], [], 'Failed'))).rejects.toThrow(
    'says of the query: Failed. Ask for less time',
  );
  const many = Array.from({ length: 10_000 }, (_, index) => row({ consumer: `c${index}` }));
  await expect(printed(account(many, []))).rejects.toThrow('more than 10000 groups of requests');
});
