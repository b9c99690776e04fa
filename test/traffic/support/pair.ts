/** Gateways, pools and a name server, each on loopback addresses of its own. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { GatewayContainer, GatewayModel } from '../../../constructs/gateway';
import { haproxy } from '../../../constructs/gateway/haproxy';
import { contextOf } from '../../../constructs/gateway/haproxy/configuration';
import { configurationFile, pack, variableOf } from '../../../constructs/gateway/haproxy/container/container';
import { type Call, call, type Reply } from './client';
import { type Fault, NameServer } from './dns';
import { Member } from './gateway';
import { Pool } from './pool';
import { until } from './until';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface PairOptions {
  /** Third byte of the addresses: each test file has a net of its own. */
  readonly net: number;
  /** Added to their last byte, where two files share a net. */
  readonly shift?: number;
  readonly model: GatewayModel;
  /** Keys in clear, and whose they are. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Values that an engine would fill in, by what they refer to. */
  readonly engineValues?: Readonly<Record<string, string>>;
  /** More variables for the sidecars. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Instances of each API; 2 where nothing is said. */
  readonly instances?: Readonly<Record<string, number>>;
  /** Of each member. Of two that log at once one may drop its line: HAProxy does not wait. @default those that HAProxy takes */
  readonly threads?: number;
  /** Addresses that the name server knows from the start, of an API too, besides those of members and pools. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

const configuration = variableOf(configurationFile);

function withThreads(container: GatewayContainer, threads?: number): GatewayContainer {
  if (threads === undefined) return container;
  const text = gunzipSync(Buffer.from(container.environment[configuration] ?? '', 'base64')).toString();
  const changed = text.replace(/^global$/m, `global\n  nbthread ${threads}`);
  return { ...container, environment: { ...container.environment, [configuration]: pack(changed) } };
}

export class Pair {
  readonly pools: Record<string, Pool> = {};
  readonly members: Member[] = [];
  readonly net: string;
  /** The members' temporary folders are in it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-test-'));

  private constructor(
    private readonly options: PairOptions,
    private readonly names: NameServer,
  ) {
    this.net = `127.30.${options.net}`;
  }

  get model(): GatewayModel {
    return this.options.model;
  }

  /** Resolves when all members are healthy and have found all instances. */
  static async start(options: PairOptions): Promise<Pair> {
    const names = await NameServer.start(`127.30.${options.net}.${1 + (options.shift ?? 0)}`, 5730);
    const pair = new Pair(options, names);
    try {
      await pair.begin();
    } catch (error) {
      await pair.stop();
      throw error;
    }
    return pair;
  }

  /** Starts a member, or starts it again after it has ended; perhaps as a deploy would, with another model. */
  startMember(index: number, model = this.options.model): Member {
    const { keys = {} } = this.options;
    const member = model.members[index];
    if (!member) throw new Error(`No member ${index}`);
    const address = this.place(11 + index);
    this.names.set(member.host, [address]);
    const entries = Object.entries(keys).map(([key, consumer]) => ({ consumer, sha256: sha256(key) }));
    const started = new Member({
      name: member.name,
      address,
      dns: this.names.address,
      folder: this.folder,
      consumers: haproxy.consumersText(entries),
      container: withThreads(haproxy.render(model, member), this.options.threads),
      engineValues: this.options.engineValues,
      environment: this.options.environment,
    });
    this.members[index] = started;
    return started;
  }

  member(index: number): Member {
    const member = this.members[index];
    if (!member) throw new Error(`No member ${index}`);
    return member;
  }

  /** What a member says of itself on the others' internal port: `X-Gateway-Asker`. */
  asker(index: number): string {
    const member = this.model.members[index];
    if (!member) throw new Error(`No member ${index}`);
    return `${member.name}/${contextOf(this.model, member).revision}`;
  }

  pool(name: string): Pool {
    const pool = this.pools[name];
    if (!pool) throw new Error(`No pool ${name}`);
    return pool;
  }

  /** What Cloud Map says of an API from now on. The name server keeps what it said before for 5 s. */
  resolve(api: string, addresses: readonly string[]): void {
    this.names.set(`${api}.test.internal`, addresses);
  }

  /** From now on each answer of the name server takes so long. */
  slowNames(milliseconds: number): void {
    this.names.delayMs = milliseconds;
  }

  /** From now on the name server fails like that, or answers what it knows. @param host all names, if not said */
  failNames(fault: Fault | undefined, host?: string): void {
    if (host === undefined) this.names.fault = fault;
    else if (fault === undefined) this.names.faults.delete(host);
    else this.names.faults.set(host, fault);
  }

  call(member: number, path: string, options?: Call): Promise<Reply> {
    return call(this.member(member).address, path, options);
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await Promise.all(Object.values(this.pools).map((pool) => pool.close()));
    await this.names.close();
    rmSync(this.folder, { recursive: true });
  }

  private place(lastByte: number): string {
    return `${this.net}.${lastByte + (this.options.shift ?? 0)}`;
  }

  private async begin(): Promise<void> {
    const { apis, members } = this.options.model;
    for (const [name, addresses] of Object.entries(this.options.names ?? {})) this.resolve(name, addresses);
    await Promise.all(apis.map(({ name }, index) => this.startPool(name, index)));
    for (const index of members.keys()) this.startMember(index);
    await Promise.all(this.members.map((member) => member.ready()));
    await Promise.all(this.members.map((member) => this.poolsFound(member)));
  }

  private async startPool(name: string, index: number): Promise<void> {
    const count = this.options.instances?.[name] ?? 2;
    const addresses = Array.from({ length: count }, (_, number) => this.place(21 + index * 8 + number));
    this.pools[name] = await Pool.start(name, addresses);
    this.resolve(name, [...(this.options.names?.[name] ?? []), ...addresses]);
  }

  private async poolsFound(member: Member): Promise<void> {
    await until(`${member.name} has found all instances`, async () => {
      const up = await serversUp(member);
      return Object.values(this.pools).every(
        ({ name, addresses }) => (up.get(name) ?? 0) >= addresses.length,
      );
    });
  }
}

/** Servers of each backend that are up, as the metrics say. */
export async function serversUp(member: Member): Promise<Map<string, number>> {
  const response = await fetch(`http://${member.address}:9000/metrics?scope=backend&no-maint`);
  const text = await response.text();
  const lines = text.matchAll(/^haproxy_backend_active_servers\{proxy="([^"]+)"\} (\d+)/gm);
  return new Map([...lines].map(([, proxy = '', count]) => [proxy, Number(count)]));
}
