import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BalancerOptions, createBalancer } from '../../sandbox/load-balancer/balancer';
import type { HealthReport } from '../../sandbox/load-balancer/report';
import type {
  Action,
  BalancerState,
  Condition,
  LoadBalancerFacts,
  Rule,
  TargetAddress,
  TargetGroup,
} from '../../sandbox/load-balancer/state';
import type { Balancer, TargetState } from '../../sandbox/types';

// A reload takes 0.2 s on a quiet machine, and several times that beside other work.
jest.setTimeout(20_000);

/** What a target saw of the last request, and how it answers. */
export class Target {
  readonly requests: IncomingMessage[] = [];
  readonly sockets = new Set<Socket>();
  /** Requests on a health check's path are not recorded. */
  healthStatus = 200;
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.end(this.name);
  private readonly server: Server;

  constructor(
    readonly name: string,
    readonly address: string,
    readonly port: number,
  ) {
    this.server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
      if (incoming.url === '/health') {
        response.writeHead(this.healthStatus).end();
        return;
      }
      this.requests.push(incoming);
      this.answer(incoming, response);
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  listen(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.address, () => resolve(this));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

export const arnOf = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/0123456789abcdef`;

export function group(
  name: string,
  targets: readonly TargetAddress[],
  changes: Partial<TargetGroup> = {},
): TargetGroup {
  return {
    arn: arnOf(name),
    protocol: 'HTTP',
    algorithm: 'round_robin',
    deregistrationDelaySeconds: 5,
    targets: targets.map(({ address, port }) => ({ address, port })),
    healthCheck: {
      protocol: 'HTTP',
      port: 'traffic-port',
      path: '/health',
      intervalSeconds: 0.2,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: '200',
    },
    ...changes,
  };
}

export const forward = (...names: string[]): Action => ({
  type: 'forward',
  targetGroups: names.map((name) => ({ arn: arnOf(name), weight: 1 })),
});

export const rule = (priority: number, action: Action, ...conditions: Condition[]): Rule => ({
  priority,
  conditions,
  action,
});

export const notFound: Action = {
  type: 'fixed-response',
  status: 404,
  contentType: 'text/plain',
  body: 'no rule',
};

const facts: LoadBalancerFacts = {
  arn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/main/0123456789abcdef',
  name: 'main',
  idleTimeoutSeconds: 60,
  dropInvalidHeaderFields: true,
  http2: true,
  forwardedFor: 'append',
  sourceAddress: '127.40.0.10',
};

export interface Wanted {
  readonly rules?: readonly Rule[];
  readonly defaultAction?: Action;
  readonly groups?: readonly TargetGroup[];
  readonly facts?: Partial<LoadBalancerFacts>;
}

/** One HTTP listener on port 80. */
export function httpState({
  rules = [],
  defaultAction = notFound,
  groups = [],
  facts: changes,
}: Wanted): BalancerState {
  return {
    loadBalancer: { ...facts, ...changes },
    listeners: [{ arn: 'listener-80', protocol: 'HTTP', port: 80, rules, defaultAction }],
    targetGroups: groups,
    problems: [],
  };
}

/** A real balancer that reads what the test tells it. */
export class Bench {
  readonly logged: { message: string; details?: Readonly<Record<string, unknown>> }[] = [];
  readonly reports: HealthReport[] = [];
  /** Process ids that are written down at the moment. */
  readonly recorded = new Set<number>();
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly folder: string,
    readonly ports: { https: number; http: number },
    public state: BalancerState,
    certificateFiles: BalancerOptions['certificateFiles'],
  ) {
    this.balancer = createBalancer({
      folder: join(folder, 'load-balancer'),
      ports,
      read: async () => this.state,
      certificateFiles,
      records: {
        add: (pid) => this.recorded.add(pid),
        remove: (pid) => this.recorded.delete(pid),
      },
      reportHealth: async (report) => {
        this.reports.push(report);
      },
      log: (_, message, details) => {
        this.logged.push({ message, details });
        this.wake();
      },
    });
    this.balancer.onStateChange(() => this.wake());
  }

  readonly balancer: Balancer;

  static async open(
    ports: { https: number; http: number },
    state: BalancerState,
    certificateFiles: BalancerOptions['certificateFiles'] = async () => new Map(),
    folder?: string,
  ): Promise<Bench> {
    const place = folder ?? (await mkdtemp(join(tmpdir(), 'balancer-')));
    const bench = new Bench(place, ports, state, certificateFiles);
    try {
      await bench.balancer.reconcile();
    } catch (error) {
      await bench.close();
      throw error;
    }
    return bench;
  }

  async become(state: BalancerState): Promise<void> {
    this.state = state;
    await this.balancer.reconcile();
  }

  /** Resolves when the condition holds; it is looked at whenever a state changes or a line is logged. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  async untilTarget(name: string, target: TargetAddress, state: TargetState | undefined): Promise<void> {
    await this.until(() => this.balancer.targetState(arnOf(name), target.address, target.port) === state);
  }

  async close(): Promise<void> {
    await this.balancer.close();
    await rm(this.folder, { recursive: true });
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly localAddress?: string;
}

/** One request over a connection of its own. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers, localAddress }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers, localAddress, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end();
  });
}

/** Sends bytes as they are; resolves to what came back when the other side has closed, or after the wanted text. */
export function raw(port: number, bytes: string, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (until?.test(text)) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

/** A port that nothing else uses at this moment. */
export function holdPort(port: number): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        release: () => new Promise<void>((done) => server.close(() => done())),
      }),
    );
  });
}
