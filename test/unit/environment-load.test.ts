/** The file as a whole: all problems at once, no secret told, files by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listEnvironments, loadEnvironment, parseEnvironment } from '../../constructs/blueprint/load';
import { formatProblems, Problems } from '../../constructs/problems';
import { failure, LEVEL, PORT, parsed, SHOP, shop, summary } from './environment-fixture';
import { heeded, parsedAt } from './heed';

describe('all problems of a file', () => {
  test('come in one error, by place', () => {
    const text = shop(
      ['stage: gateway', 'stagee: gateway'],
      ['10.0.0.0/16', '10.0.0.1/16'],
      ['    port: 8080', '    port: 99999\n    cpu: 300'],
      [LEVEL, `${LEVEL}\n      LOG_LEVEL: debug`],
      ['apis: [orders]', 'apis: [order]'],
    );
    expect(summary(text)).toEqual([
      '2:1 UNKNOWN_KEY',
      '5:9 CIDR_ADDRESS',
      '13:11 OUT_OF_RANGE',
      '14:10 FARGATE_CPU',
      '24:7 DUPLICATE_KEY',
      '26:18 API_UNKNOWN',
    ]);
    expect(failure(text).message).toMatch(/\n\n6 problems$/);
  });

  test('are not made more by what a rule would conclude from a broken value', () => {
    // memoryMiB is misspelt: 512 MiB by default would not go with this CPU. The list of zones is broken.
    const text = shop(['    port: 8080', '    cpu: 1024\n    memoryMib: 2048'], ['[a, b]', '[a, bb]']);
    expect(summary(text)).toEqual(['6:14 WRONG_FORM', '14:5 UNKNOWN_KEY']);
  });

  test('include what the rules find in an API beside a broken one', () => {
    const text = shop(
      ['    image: ghcr.io/example/orders:1\n', ''],
      ['paths: [/catalog]', 'paths: [/catalog]\n    instances: { min: 3, max: 2 }'],
    );
    expect(summary(text)).toEqual(['11:3 MISSING_KEY', '20:31 INSTANCES_RANGE']);
  });

  test('do not call an API unknown whose name is broken', () => {
    const text = shop(['  orders:\n', '  Orders:\n'], ['apis: [orders]', 'apis: [Orders]']);
    expect(summary(text)).toEqual(['11:3 BAD_NAME']);
  });
});

describe('what may be secret', () => {
  const secret = 'hunter2-hunter2-hunter2';
  const places: [where: string, text: string][] = [
    ['a secret instead of its ARN', shop([LEVEL, `${LEVEL}\n    secrets: { DB: ${secret} }`])],
    ['a list in a variable', shop([LEVEL, `      LOG_LEVEL: [${secret}]`])],
    ['a variable that is too long', shop([LEVEL, `      LOG_LEVEL: ${secret.repeat(300)}`])],
    ['a variable in a section that is not there', shop(['    environment:', '    env:'], ['info', secret])],
    ['a key given to a consumer', shop(['  acme: { apis: [orders] }', `  acme: ${secret}`])],
    ['a key given as the authentication', shop(['{ apiKey: {} }', secret.repeat(2)])],
    ['a key given as the way of authentication', shop(['apiKey: {}', `apiKey: ${secret}`])],
    ['a quote that is not closed', shop([LEVEL, `      LOG_LEVEL: "${secret}`])],
    ['a colon in a value', shop([LEVEL, `      LOG_LEVEL: ${secret}: ${secret}`])],
    ['a backslash in a value', shop([LEVEL, `      LOG_LEVEL: "\\q${secret}"`])],
    ['a bracket in a value', shop([LEVEL, `      LOG_LEVEL: [${secret}\n${secret}`])],
    ['a second value', shop([LEVEL, `      LOG_LEVEL: 'x' ${secret}`])],
    ['a password in an address', shop(['ghcr.io/example/orders:1', `"https://me:${secret}@ghcr.io/a b"`])],
  ];

  test.each(places)('%s is refused and not told', (_where, text) => {
    const error = failure(text);
    expect(error.problems.length).toBeGreaterThan(0);
    expect(JSON.stringify([error.message, error.problems])).not.toContain('hunter2');
  });

  test('a value is shown on one short line, control characters written out', () => {
    const { problems } = failure(shop(['name: shop', `name: "\\e[31m${'x'.repeat(200)}\\n"`]));
    expect(problems.map(({ given }) => given)).toEqual([
      `"\\u001b[31m${'x'.repeat(55)}…"`,
      `"\\u001b[31m${'x'.repeat(55)}…"`,
    ]);
  });
});

describe('defaults', () => {
  test('are filled in', () => {
    const { catalog } = parsed().apis;
    expect(catalog).toMatchObject({
      port: 8080,
      instances: { min: 2, targetCpuPercent: 60 },
      cpu: 256,
      memoryMiB: 512,
      requestTimeoutSeconds: 30,
      policies: { authentication: 'public' },
    });
    expect(parsed()).toMatchObject({
      logRetentionDays: 30,
      deregistrationDelaySeconds: 60,
      state: { kind: 'local' },
    });
  });

  test('of the network are those of a new one', () => {
    const text = SHOP.replace('network:\n  cidr: 10.0.0.0/16\n  zones: [a, b]\n', '');
    expect(parseEnvironment(text, 'shop.yaml').network).toEqual({
      cidr: '10.0.0.0/16',
      zones: ['a', 'b'],
      egress: 'nat-per-zone',
    });
  });
});

describe('a stage given by the caller', () => {
  test('counts before that of the file', () => {
    expect(parsedAt(SHOP, 'api').stage).toBe('api');
  });

  test('is what the rules check', () => {
    const text = shop(['stage: gateway', 'stage: api'], ['zones: [a, b]', 'zones: [a]']);
    expect(parseEnvironment(text, 'shop.yaml').stage).toBe('api');
    expect(() => parseEnvironment(text, 'shop.yaml', 'load-balanced')).toThrow(/two zones at least/);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'environments-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('are listed by name', () => {
    for (const name of ['prod.yaml', 'dev.yml', 'environment.schema.json', 'notes.md']) {
      writeFileSync(join(folder, name), SHOP);
    }
    expect(listEnvironments(folder)).toEqual([
      { name: 'dev', file: join(folder, 'dev.yml') },
      { name: 'prod', file: join(folder, 'prod.yaml') },
    ]);
  });

  test('are read', () => {
    const file = join(folder, 'shop.yaml');
    writeFileSync(file, heeded(SHOP, 'load-balanced'));
    expect(loadEnvironment(file).name).toBe('shop');
    expect(loadEnvironment(file, 'load-balanced').stage).toBe('load-balanced');
  });

  test('with the name of another environment are refused: a copy must not be deployed over it', () => {
    const file = join(folder, 'copy.yaml');
    writeFileSync(file, SHOP);
    expect(() => loadEnvironment(file)).toThrow(Problems);
    expect(() => loadEnvironment(file)).toThrow(
      /copy\.yaml:1:7 {2}NAME_NOT_FILE[\s\S]*given: +shop\n +allowed: copy\n[\s\S]*Write `name: copy`/,
    );
  });

  test('that are not there are named', () => {
    expect(() => loadEnvironment(join(folder, 'none.yaml'))).toThrow(
      /none\.yaml {2}FILE_UNREADABLE\n {2}There is no such file/,
    );
  });
});

describe('formatProblems', () => {
  const { problems } = failure(shop([PORT, '    prot: 8080\n']));

  test('says place, code, path, sentence and way out', () => {
    const allowed =
      '`image`, `canary`, `command`, `port`, `paths`, `hosts`, `headers`, `listenerSeed`, `nestedStack`, `instances`, `cpu`, `memoryMiB`, `architecture`, `health`, `requestTimeoutSeconds`, `balancing`, `environment`, `secrets`, `kmsKeys`, `permissions`, `policies`, `unenforcedBeforeGateway`, `routes`';
    expect(formatProblems(problems)).toBe(
      [
        'shop.yaml:13:5  UNKNOWN_KEY  apis.orders.prot',
        '  `prot` is not a key of `orders`.',
        `    allowed: ${allowed}`,
        '    fix:     Write `port`.',
        '',
        '1 problem',
      ].join('\n'),
    );
  });

  test('adds colors when asked to', () => {
    expect(formatProblems(problems, { color: true })).toContain('\u001b[31mUNKNOWN_KEY\u001b[39m');
    expect(formatProblems(problems)).not.toContain('\u001b');
  });
});
