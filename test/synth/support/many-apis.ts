/** Environments of many APIs, some of which stand in nested stacks. */
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { resolve } from '../../../constructs/blueprint/resolve';
import type { Stage } from '../../../constructs/blueprint/schema';
import { parsedAt } from '../../unit/heed';

/** What an API says beside its image and its path, as YAML between braces. */
export type Said = Readonly<Record<string, string>>;

/** The file of an environment with these APIs. */
export const shopOf = (apis: Said): string => `
name: shop
stage: gateway
region: eu-central-1
network: { cidr: 10.20.0.0/16, zones: [a, b] }
domain: { name: api.shop.example, hostedZone: { id: Z0123456789SHOP, name: shop.example } }
apis:
${Object.entries(apis)
  .map(
    ([name, more]) =>
      `  ${name}: { image: "registry.example/${name}:1", paths: [/${name}]${more && `, ${more}`} }`,
  )
  .join('\n')}
`;

export const shopAt = (apis: Said, stage: Stage): Blueprint => resolve(parsedAt(shopOf(apis), stage));
