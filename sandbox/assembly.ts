/** The sandbox's parts put together: started in order, kept in step with the account, closed the other way round. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { createCertificates } from './certificates';
import type { SandboxAccess } from './credentials';
import { startNameServer } from './dns/server';
import type { Emulator } from './emulator';
import type { SandboxFolder } from './folder';
import { createBalancer } from './load-balancer/balancer';
import { readBalancer } from './load-balancer/read';
import type { ProcessRecords } from './processes';
import { AwsAccount } from './tasks/aws-account';
import { TasksController } from './tasks/controller';
import type { Log, SandboxPorts } from './types';

export interface AssemblyOptions {
  readonly folder: SandboxFolder;
  readonly projectRoot: string;
  readonly region: string;
  readonly ports: SandboxPorts;
  /** Being started; the assembly stops it. */
  readonly emulator: Promise<Emulator>;
  readonly records: ProcessRecords;
  readonly log: Log;
}

export interface Assembly {
  /** Id of the emulator's account. */
  readonly instance: string;
  /** Resolves, with the reason, when the sandbox cannot go on. */
  readonly broken: Promise<string>;
  /** Leaves no process and no listening port. */
  close(): Promise<void>;
}

/** Tasks get so long to end by themselves: nobody waits for their answers any more. */
const TASK_STOP_SECONDS = 2;
const CHANGES_TIMEOUT_SECONDS = 30;

/** @throws what the first part throws that does not start; the ones before it are closed then */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { folder, ports, log } = options;
  const closers: { readonly part: string; readonly close: () => Promise<void> }[] = [];
  const close = async () => {
    for (const { part, close } of closers.splice(0).reverse()) {
      await close().catch((error: Error) => log('daemon', `${part} did not close well: ${error.message}`));
    }
  };
  try {
    const emulator = await options.emulator;
    closers.push({ part: 'emulator', close: () => emulator.stop() });
    const clients = clientsFor(emulator.access);
    const certificates = createCertificates({
      folder: join(folder.path, 'certificates'),
      acm: clients.acm,
      log,
    });
    linkAuthority(folder, certificates.authorityFile);
    const balancer = createBalancer({
      folder: folder.loadBalancer,
      ports,
      read: () => readBalancer(clients),
      certificateFiles: (arns) => certificates.files(arns),
      reportHealth: async (report) => {
        await emulator.control.putTargetHealth(report);
      },
      records: options.records,
      log,
    });
    closers.push({ part: 'load balancer', close: () => balancer.close() });
    const names = await startNameServer({ port: ports.dns, servicediscovery: clients.servicediscovery, log });
    closers.push({ part: 'dns', close: () => names.close() });
    const tasks = new TasksController({
      account: new AwsAccount(emulator.access),
      balancer,
      control: emulator.control,
      records: options.records,
      log,
      projectRoot: options.projectRoot,
      logsFolder: folder.logs,
      tasksFolder: folder.tasks,
      path: process.env.PATH ?? '',
      dnsAddress: `127.0.0.1:${names.port}`,
      awsEndpoint: emulator.endpoint,
    });
    closers.push({ part: 'tasks', close: () => tasks.close(TASK_STOP_SECONDS) });
    const follower = follow(emulator, log, [
      { part: 'load balancer', update: () => balancer.reconcile() },
      { part: 'dns', update: () => names.refresh() },
      { part: 'tasks', update: () => tasks.accountChanged() },
    ]);
    closers.push({ part: 'changes', close: follower });
    const { instance } = await emulator.control.health();
    return { instance, broken: emulator.exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each part is told of each change and works at its own pace; it takes changes that come meanwhile as one. */
function follow(
  emulator: Emulator,
  log: Log,
  parts: readonly { readonly part: string; readonly update: () => Promise<void> }[],
): () => Promise<void> {
  const stopped = new AbortController();
  const loop = async () => {
    let revision = -1;
    while (!stopped.signal.aborted) {
      const next = await emulator.control.changes(revision, CHANGES_TIMEOUT_SECONDS, stopped.signal);
      if (next === revision) continue;
      revision = next;
      for (const { part, update } of parts) {
        update().catch((error: Error) => log(part, `cannot follow a change: ${error.message}`));
      }
    }
  };
  const running = loop().catch((error: Error) => {
    if (!stopped.signal.aborted) log('daemon', `lost the emulator: ${error.message}`);
  });
  return async () => {
    stopped.abort();
    await running;
  };
}

/** Where the command line and its users look for what to trust. */
function linkAuthority(folder: SandboxFolder, authorityFile: string): void {
  try {
    symlinkSync(authorityFile, folder.authority);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function clientsFor(access: SandboxAccess) {
  const options = { ...access, maxAttempts: 2 };
  return {
    acm: new ACMClient(options),
    ec2: new EC2Client(options),
    elbv2: new ElasticLoadBalancingV2Client(options),
    servicediscovery: new ServiceDiscoveryClient(options),
  };
}
