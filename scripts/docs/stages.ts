/** What each stage has, counted in the resource graph. */
import { parseEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { environmentGraph } from '../../constructs/graph/environment';
import { inOrder } from '../../constructs/graph/walk';
import { markdownTable } from './markdown';

/** Two APIs, two zones, a consumer. */
const SHOP = `name: shop
stage: gateway
region: eu-central-1
domain: { name: api.example.com, hostedZone: { id: Z0123456789ABC, name: example.com } }
apis:
  orders:
    image: ghcr.io/example/orders:1
    paths: [/orders]
    policies: { authentication: { apiKey: {} } }
    unenforcedBeforeGateway: [authentication]
  catalog: { image: ghcr.io/example/catalog:1, paths: [/catalog] }
consumers: { acme: {} }
`;

const STAGES: readonly Stage[] = ['api', 'load-balanced', 'gateway'];

/** How many resources of each type an environment has at a stage. */
function counts(stage: Stage): Map<string, number> {
  const found = new Map<string, number>();
  for (const { resource } of inOrder(environmentGraph(resolve(parseEnvironment(SHOP, 'shop.yaml', stage)))))
    found.set(resource.type, (found.get(resource.type) ?? 0) + 1);
  return found;
}

/** Resources by type and stage. */
export function resourcesByStage(): string {
  const all = STAGES.map(counts);
  const types = [...new Set(all.flatMap((found) => [...found.keys()]))].toSorted();
  const row = (type: string): string[] => [type, ...all.map((found) => String(found.get(type) ?? ''))];
  const sums = all.map((found) => String([...found.values()].reduce((sum, count) => sum + count, 0)));
  return markdownTable(
    ['resource', ...STAGES.map((stage) => `\`${stage}\``)],
    [...types.map(row), ['all', ...sums]],
  );
}
