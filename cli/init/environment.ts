/** The environment file that a project begins with, by its stage. */
import type { Stage } from '../../constructs/blueprint/schema';

/** What a project begins with. */
export interface Choice {
  readonly engine: string;
  readonly stage: Stage;
  /** Of the environment. */
  readonly name: string;
}

const ABOUT: Readonly<Record<Stage, string>> = {
  api: `# Stage api: one API as a Fargate service, reached directly. To grow, add the domain, write \`stage: load-balanced\`, and deploy:
#   domain: { name: api.example.com, hostedZone: { id: Z0123456789EXAMPLE, name: example.com } }
`,
  'load-balanced': `# Stage load-balanced: a load balancer ends TLS and spreads requests over the instances. To grow, write \`stage: gateway\`, and
# deploy.
`,
  gateway: `# Stage gateway: a pair of gateways behind the load balancer carries out the policies of each API.
`,
};

const DOMAIN = `
# Of a Route 53 zone that exists: the certificate is validated there, and the alias record is put there.
domain:
  name: api.example.com
  hostedZone: { id: Z0123456789EXAMPLE, name: example.com }
`;

const POLICIES = `    policies:
      authentication: { apiKey: {} }
      rateLimit: { requests: 100, perSeconds: 60 }
`;

const CONSUMERS = (name: string) => `
# Who may call. \`npx stagecraft consumers add acme --environment ${name}\` issues a key.
consumers:
  acme: {}
`;

/** @param name of the environment, which is the file's */
export function environmentText({ engine, stage, name }: Choice): string {
  const [balanced, gateway] = [stage !== 'api', stage === 'gateway'];
  return `# yaml-language-server: $schema=../node_modules/stagecraft/dist/environment.schema.json
#
${ABOUT[stage]}name: ${name}
stage: ${stage}
region: eu-central-1
${balanced ? DOMAIN : ''}
apis:
  orders:
    image: ghcr.io/example/orders:1.0.0
    port: 8080
    paths: [/orders]
${balanced ? '    instances: { min: 2, max: 4 }\n' : ''}${gateway ? POLICIES : ''}${gateway ? CONSUMERS(name) : ''}
# What \`npx stagecraft up ${name} --engine ${engine}\` runs on this machine in place of the
# image. An account never sees it.
sandbox:
  apis:
    orders: sample
`;
}
