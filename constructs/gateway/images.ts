/**
 * The images that a gateway task runs when the environment names none. Each is one exact version, never a tag that
 * moves: what an account runs stays the same until this file changes.
 */

/** Long-term support until 2030. `npm test` runs the gateways on this branch, and on the HAProxy that is installed. */
export const haproxyVersion = '3.2.26';

/** What the key helper runs on. `npm test` runs it on this version, and on the Node that runs the tests: 20.19 or newer. */
export const nodeVersion = '22.23.3';

export const images = {
  /** Debian's variant: the start script needs bash, and so does a probe that asks a port through `/dev/tcp`. */
  haproxy: `public.ecr.aws/docker/library/haproxy:${haproxyVersion}`,
  node: `public.ecr.aws/docker/library/node:${nodeVersion}-alpine`,
  /** The AWS Distro for OpenTelemetry. Its configuration is checked here against its documents only. */
  collector: 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0',
} as const;
