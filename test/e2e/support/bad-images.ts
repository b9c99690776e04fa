/** Images that cannot serve, in the sample environment. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

export const SAMPLE_APIS = ['orders', 'catalog'] as const;
export type SampleApi = (typeof SAMPLE_APIS)[number];
export type BadImage = 'never-healthy' | 'crashing';
/** What the image is of: an API, or the gateways. */
export type BadImages = Readonly<Partial<Record<SampleApi, BadImage> & { gateway: 'crashing' }>>;

/** In place of the sample API's command. */
const SCRIPTS: Readonly<Record<BadImage, string>> = {
  /** Listens, and answers 500 to all. */
  'never-healthy':
    "require('node:http').createServer((q, s) => { s.statusCode = 500; s.end() }).listen(8080, process.env.TASK_ADDRESS)",
  /** Ends before it has listened. */
  crashing: 'setTimeout(() => process.exit(3), 300)',
};

/** A header that the gateways set on answers: where its name is in a configuration, `haproxyOfImages` crashes. */
const CRASHING_HEADER = 'x-image-crashes';

/** @param text `environments/sandbox.yaml` */
export function withBadImages(text: string, { gateway, ...apis }: BadImages): string {
  const environment = parseDocument(text);
  for (const [api, image] of Object.entries(apis)) {
    environment.setIn(['apis', api, 'image'], `registry.example/${image}:1`);
    environment.setIn(['apis', api, 'command'], ['node', '-e', SCRIPTS[image]]);
    // Its checks count from the beginning: nobody waits for an image that is known to be bad.
    environment.setIn(['apis', api, 'health', 'graceSeconds'], 0);
  }
  if (gateway) {
    const headers = ['apis', 'orders', 'policies', 'transformation', 'response', 'setHeaders'];
    environment.setIn(['gateway', 'image'], `registry.example/${gateway}:1`);
    environment.setIn([...headers, CRASHING_HEADER], 'yes');
  }
  return environment.toString();
}

/**
 * A program for `STAGECRAFT_HAPROXY`: the HAProxy that is installed, but for a configuration with the header of
 * `withBadImages` one that ends as soon as it is to serve. The sandbox has no images: a gateway runs what is installed.
 *
 * @param folder to make it in
 */
export function haproxyOfImages(folder: string): string {
  const installed = execFileSync('sh', ['-c', 'command -v haproxy'], { encoding: 'utf8' }).trim();
  const program = join(folder, 'haproxy-of-images', 'haproxy');
  mkdirSync(join(folder, 'haproxy-of-images'));
  writeFileSync(
    program,
    `#!/bin/sh
if [ "$1" = -W ] && grep -qs -e ${CRASHING_HEADER} -- "$@"; then exit 3; fi
exec ${installed} "$@"
`,
  );
  chmodSync(program, 0o755);
  return program;
}

const failure = (service: string, reason: string): string =>
  [
    `The deploy of service sandbox-${service} failed: ECS deployment circuit breaker: tasks failed to start.`,
    `  ${reason}`,
    '  The version before serves.',
  ].join('\n');

/** What a command line says of each service that failed. */
export const failuresOf = ({ gateway, ...apis }: BadImages): string[] => [
  ...Object.entries(apis).map(([api, image]) =>
    failure(
      api,
      `Task failed container health checks (${api}: exit code ${image === 'crashing' ? 3 : 143}; ${api}-probe: UNHEALTHY)`,
    ),
  ),
  ...(gateway
    ? [failure('gateway-a', 'Essential container in task exited (gateway: exit code 3; keys: exit code 0)')]
    : []),
];

/** Of two gateways the next one is left alone. */
export const failedServices = ({ gateway, ...apis }: BadImages): string[] => [
  ...Object.keys(apis),
  ...(gateway ? ['gateway-a'] : []),
];

/** Services that a command line says nothing of. */
export const untouchedBy = (images: BadImages): string[] =>
  ['orders', 'catalog', 'gateway-a', 'gateway-b'].filter((one) => !failedServices(images).includes(one));
