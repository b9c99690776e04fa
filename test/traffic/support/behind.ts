/** A gateway with a web server that people use as its only instance. */
import type { GatewayModel } from '../../../constructs/gateway';
import type { WebServerName } from '../../../scripts/web-servers';
import { Findings, type Match, matchAll } from './matched';
import { Pair, serversUp } from './pair';
import { droppedLines } from './streams';
import { until } from './until';
import { type Site, WebServer } from './web-servers';

/** What is wrong when nothing is. */
export const nothing = { dropped: 0, refused: [], wrong: {} };

export interface Place {
  readonly name: WebServerName;
  /** Third byte of the addresses. */
  readonly net: number;
  readonly shift: number;
}

export class Behind {
  readonly findings = new Findings();

  private constructor(
    readonly pair: Pair,
    readonly server: WebServer,
  ) {}

  /** @param keys as a pair has them */
  static async start(
    { name, net, shift }: Place,
    model: GatewayModel,
    site: Pick<Site, 'places' | 'hosts'>,
    keys: Readonly<Record<string, string>> = {},
  ): Promise<Behind> {
    const address = `127.30.${net}.${shift + 50}`;
    const server = await WebServer.start(name, { ...site, address });
    try {
      const names = Object.fromEntries(model.apis.map((api) => [api.name, [address]]));
      const instances = Object.fromEntries(model.apis.map((api) => [api.name, 0]));
      const pair = await Pair.start({ net, shift, model, keys, instances, names, threads: 1 });
      const member = pair.member(0);
      const found = async () => {
        const up = await serversUp(member);
        return model.apis.every((api) => up.get(api.name) === 1);
      };
      await until('the gateway has found the server', found);
      return new Behind(pair, server);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get gateway() {
    return this.pair.member(0);
  }

  /** Both end what they do, so that all is written. What is wrong is among the findings then. */
  async end(): Promise<{ readonly matches: readonly Match[]; readonly outcome: typeof nothing }> {
    const dropped = await droppedLines(this.gateway);
    this.gateway.terminate();
    await this.gateway.exit;
    await this.server.end();
    const matches = matchAll(this.gateway.log, this.server.seen(), this.findings);
    return {
      matches,
      outcome: { dropped, refused: this.server.refused() as never[], wrong: this.findings.wrong },
    };
  }

  async stop(): Promise<void> {
    await this.pair.stop();
    await this.server.stop();
  }
}
