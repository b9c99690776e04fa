/** What an account holds, as plain sorted data that another account's can be compared with. */

/** By service, by kind, by name. */
export type Facts = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** What AWS or a tool makes up each time, and no name stands for. */
const MADE_UP = new Set([
  '$metadata',
  'AWSAccountId', // of a user pool's domain: the emulator makes one up
  'AssociationId',
  'ClientSecret',
  'CloudFrontDistribution',
  'CreatorRequestId',
  'NetworkInterfaceId',
  'PrivateIp',
  'PrivateIpAddress',
  'PublicIp',
  'RoleId',
  'RouteTableAssociationId',
  'SecurityGroupRuleArn',
  'SecurityGroupRuleId',
  'Serial',
]);

/** Lists whose order says something; all others are sets. */
const ORDERED = new Set(['command', 'entryPoint']);

/** What the emulator needs to be asked as AWS is. */
export interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Reads one service, or some that belong together. */
export type Reader = (inventory: Inventory, access: Access) => Promise<void>;

interface Thing {
  readonly kind: string;
  readonly name: string;
  readonly told: object;
}

export class Inventory {
  readonly #things: Thing[] = [];
  readonly #names = new Map<string, string>();

  /**
   * @param kind service and kind: `ec2.subnets`
   * @param name what people call it; ids in it are replaced too
   * @param told what AWS tells of it
   * @param ids its ids and ARNs: `<subnets web-a>` will stand for them wherever they are
   */
  add(kind: string, name: string | undefined, told: object, ids: readonly (string | undefined)[] = []): void {
    if (!name) throw new Error(`One of the ${kind} has no name: ${JSON.stringify(told)}`);
    this.#things.push({ kind, name, told });
    for (const id of ids) if (id) this.#names.set(id, `<${kind.split('.')[1]} ${name}>`);
  }

  /** @throws Error when two things of a kind have the same name */
  facts(): Facts {
    const replace = this.#replacement();
    const facts: Record<string, Record<string, Record<string, unknown>>> = {};
    for (const { kind, name, told } of this.#things) {
      const [service = '', plural = ''] = kind.split('.');
      const called = replace(name);
      facts[service] ??= {};
      facts[service][plural] ??= {};
      if (called in facts[service][plural]) throw new Error(`Two of the ${kind} are called ${called}.`);
      facts[service][plural][called] = plain(told, replace);
    }
    return facts;
  }

  /** The longest first: an ARN before the id at its end. */
  #replacement(): (text: string) => string {
    const ids = [...this.#names.keys()].toSorted((one, other) => other.length - one.length);
    if (ids.length === 0) return (text) => text;
    const any = new RegExp(ids.map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    return (text) => text.replace(any, (id) => this.#names.get(id) as string);
  }
}

function plain(value: unknown, replace: (text: string) => string, key?: string): unknown {
  if (typeof value === 'string') return replace(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const record = pairs(value);
    if (record !== undefined) return plain(record, replace);
    const items = value.map((item) => plain(item, replace));
    return key !== undefined && ORDERED.has(key) ? items : items.toSorted(byText);
  }
  const entries = Object.entries(value)
    .filter(([name, one]) => !(one instanceof Date) && !MADE_UP.has(name))
    .map(([name, one]): [string, unknown] => [replace(name), plain(one, replace, name)]);
  return sorted(entries.filter(([, one]) => !isNothing(one)));
}

/** An empty list says no more than none. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

const sorted = <Value>(entries: readonly [string, Value][]): Record<string, Value> =>
  Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** Tags, attributes and variables: a list of a name and a value each, as a record. */
function pairs(items: readonly unknown[]): Record<string, unknown> | undefined {
  const record: Record<string, unknown> = {};
  for (const item of items) {
    if (typeof item !== 'object' || item === null) return undefined;
    const { Key, key, name, Value, value, ...more } = item as Record<string, unknown>;
    const called = Key ?? key ?? name;
    const is = Value ?? value;
    if (typeof called !== 'string' || is === undefined || called in record) return undefined;
    if (Object.keys(more).length > 0) return undefined;
    record[called] = is;
  }
  return record;
}

/** Of two plain things. */
function byText(one: unknown, other: unknown): number {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : Number(left > right);
}

/** A policy, or a trust: a word alone says the same as a list of it. */
export function policyFacts(text: string): object {
  const { Statement, ...policy } = JSON.parse(decodeURIComponent(text));
  const statements = [Statement].flat().map((statement: Record<string, unknown>) => ({
    ...statement,
    Action: [statement.Action].flat(),
    ...(statement.Resource !== undefined && { Resource: [statement.Resource].flat() }),
  }));
  return { ...policy, Statement: statements };
}

/** The pages of a list, as one. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
