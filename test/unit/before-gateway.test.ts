/** What the command line says and does at the stages without gateways. The sandbox itself is in test/e2e. */
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { addKey, removeKeys } from '../../cli/consumers';
import type { Context } from '../../cli/context';
import { sha256 } from '../../cli/keys';
import type { Output } from '../../cli/output';
import { unenforcedLines, unenforcedTexts } from '../../cli/unenforced';
import { unkept } from '../../cli/verify/unkept';
import { allHold } from '../../cli/verify/verify';
import { resolve } from '../../constructs/blueprint/resolve';
import { balanced, direct, type Edit, parsed, shop } from './environment-fixture';
import { parsedAt } from './heed';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '');

const route: Edit = [
  '  catalog:\n',
  '    routes:\n      place: { methods: [POST], policies: { authorization: { consumers: [acme] } } }\n  catalog:\n',
];

describe('what is not enforced', () => {
  test.each([
    ['api', direct],
    ['load-balanced', balanced],
  ] as const)('is said for each API at stage %s', (stage, edit) => {
    const environment = parsedAt(shop(edit, route), stage);
    expect(unenforcedLines(environment).map(plain)).toEqual([
      `Not enforced at stage ${stage}, for orders: authentication, rateLimit, authorization (route place)`,
    ]);
    expect(unenforcedTexts(environment)).toEqual({
      orders: ['authentication', 'rateLimit', 'authorization (route place)'],
    });
  });

  test('is nothing at stage gateway', () => {
    const environment = parsed(route);
    expect([unenforcedLines(environment), unenforcedTexts(environment), unkept(environment)]).toEqual([
      [],
      {},
      [],
    ]);
  });

  test('is a row of verify, each, which neither holds nor fails', () => {
    const rows = unkept(parsed(balanced, route));
    const evidence =
      'stage load-balanced has no gateways; the file goes without by `unenforcedBeforeGateway`';
    expect(rows).toEqual(
      [
        ['orders.authentication', 'orders: authentication is enforced'],
        ['orders.rateLimit', 'orders: rateLimit is enforced'],
        ['orders/place.authorization', 'orders/place: authorization is enforced'],
      ].map(([id, title]) => ({ id, title, result: 'not kept', evidence, milliseconds: 0 })),
    );
    const held = { id: 'tls', title: 'TLS', result: 'holds', evidence: '', milliseconds: 1 } as const;
    expect(allHold(rows)).toBe(false);
    expect(allHold([...rows, held])).toBe(true);
    expect(allHold([...rows, held, { ...held, result: 'fails' }])).toBe(false);
  });
});

describe.each([
  ['api', direct],
  ['load-balanced', balanced],
] as const)('keys at stage %s', (stage, edit) => {
  /** An account with a secret, and no other service: asking one would throw. */
  function account(...edits: Edit[]) {
    const kept = { text: `# keys\n${sha256('old')} acme\n` };
    const send = async (command: unknown) => {
      if (command instanceof GetSecretValueCommand) return { SecretString: kept.text };
      if (!(command instanceof PutSecretValueCommand)) throw new Error('an unexpected call');
      expect(command.input.SecretId).toBe('shop/consumers');
      kept.text = command.input.SecretString ?? '';
      return {};
    };
    const environment = parsed(edit, ...edits);
    const lines: string[] = [];
    const output: Output = { json: false, line: (text = '') => lines.push(text), document: () => {} };
    const context = {
      environment,
      blueprint: resolve(environment),
      aws: { secrets: { send } },
    } as unknown as Context;
    return { kept, lines, output, context };
  }

  test('are issued and revoked, and the command says that no gateway is told', async () => {
    const { kept, lines, output, context } = account();
    const key = await addKey(context, 'acme', { roll: true }, output);
    expect(kept.text).toContain(`${sha256(key)} acme`);
    expect(kept.text).toContain(`${sha256('old')} acme`);
    expect(await removeKeys(context, 'acme', { roll: true }, output)).toBe(2);
    expect(kept.text).toBe('# SHA-256 of each key, and the consumer that it belongs to.\n');
    const said = `Stage ${stage} has no gateways to tell: they read the keys when they start.`;
    expect(lines).toEqual([said, said]);
  });

  test('need a consumer that the file declares', async () => {
    const { output, context } = account();
    await expect(addKey(context, 'other', { roll: true }, output)).rejects.toThrow(
      'No consumer "other" in environment shop. It has: acme.',
    );
  });
});

test('at stage gateway no key is issued or revoked while a gateway is down: the secret stays as it is', async () => {
  const before = `# keys\n${sha256('old')} acme\n`;
  const secrets = {
    send: async (command: unknown) => {
      if (command instanceof GetSecretValueCommand) return { SecretString: before };
      throw new Error('the secret was written');
    },
  };
  const services = [
    { serviceName: 'shop-gateway-a', runningCount: 1, desiredCount: 1 },
    { serviceName: 'shop-gateway-b', runningCount: 0, desiredCount: 1 },
  ];
  const ecs = { send: async () => ({ services }) };
  const environment = parsed();
  const context = {
    environment,
    blueprint: resolve(environment),
    aws: { secrets, ecs },
  } as unknown as Context;
  const output: Output = { json: false, line: () => {}, document: () => {} };
  const refused =
    'Not rolled: shop-gateway-b is not serving, so taking out another gateway could leave none.';
  await expect(addKey(context, 'acme', { roll: true }, output)).rejects.toThrow(refused);
  await expect(removeKeys(context, 'acme', { roll: true }, output)).rejects.toThrow(refused);
});
