import { parseEnvironment } from '../../constructs/blueprint/load';
import type { Environment } from '../../constructs/blueprint/schema';
import { type Problem, Problems } from '../../constructs/problems';
import { heeded } from './heed';

export type Edit = [from: string, to: string];

/** One kind of broken file. */
export interface Broken {
  readonly kind: string;
  readonly edits: Edit[];
  /** Line, column and code of each problem. */
  readonly at: string[];
  /** What the text says, in this order. */
  readonly says: string[];
}

/** A sound environment of 24 lines, to be broken at one place. */
export const SHOP = `name: shop
stage: gateway
region: eu-central-1
network:
  cidr: 10.0.0.0/16
  zones: [a, b]
domain:
  name: api.example.com
  hostedZone: { id: Z0123456789ABC, name: example.com }
apis:
  orders:
    image: ghcr.io/example/orders:1
    port: 8080
    paths: [/orders]
    policies:
      authentication: { apiKey: {} }
      rateLimit: { requests: 10, perSeconds: 60 }
  catalog:
    image: ghcr.io/example/catalog:1
    paths: [/catalog]
    environment:
      LOG_LEVEL: info
consumers:
  acme: { apis: [orders] }
`;

/** The shop with pieces of its text replaced; each piece must be there. */
export function edited(...edits: Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the shop has no ${from}`);
    return text.replace(from, () => to);
  }, SHOP);
}

/** The same, with what it goes without named in it, when its stage has no gateways. */
export const shop = (...edits: Edit[]): string => heeded(edited(...edits));

export const parsed = (...edits: Edit[]): Environment => parseEnvironment(shop(...edits), 'shop.yaml');

/** The error that a text gives. */
export function failure(text: string): Problems {
  try {
    parseEnvironment(text, 'shop.yaml');
  } catch (error) {
    if (error instanceof Problems) return error;
    throw error;
  }
  throw new Error('the text was accepted');
}

export const problemsOf = (text: string): readonly Problem[] => failure(text).problems;

/** `12:5 MISSING_KEY`, for each problem. */
export const summary = (text: string): string[] =>
  problemsOf(text).map(({ line, column, code }) => `${line}:${column} ${code}`);

/** Each file gives its codes at their places, in sentences, and nothing else. */
export function refuses(table: readonly Broken[]): void {
  test.each(table)('$kind is refused', ({ edits, at, says }) => {
    const text = shop(...edits);
    expect(summary(text)).toEqual(at);
    const { message } = failure(text);
    let from = 0;
    for (const piece of says) {
      const found = message.indexOf(piece, from);
      expect({ piece, found: found >= 0, message }).toEqual({ piece, found: true, message });
      from = found + piece.length;
    }
    expect(message).not.toMatch(/\[object|\bundefined\b|\bNaN\b|\bat .*\.ts|nvalid input|regex|[Zz]od|\/\^/);
    expect(message).toContain('shop.yaml:');
  });
}

export const REGION = 'region: eu-central-1\n';
export const NETWORK = '  cidr: 10.0.0.0/16\n  zones: [a, b]';
export const ZONE = '  hostedZone: { id: Z0123456789ABC, name: example.com }\n';
export const DOMAIN = `domain:\n  name: api.example.com\n${ZONE}`;
export const PORT = '    port: 8080\n';
export const LEVEL = '      LOG_LEVEL: info';
export const balanced: Edit = ['stage: gateway', 'stage: load-balanced'];
export const direct: Edit = ['stage: gateway', 'stage: api'];
/** Public subnets of zones a and b. */
export const TWO = '{ a: subnet-00000001, b: subnet-00000002 }';
export const existing = (publicSubnets: string, more = ''): Edit => [
  NETWORK,
  `  vpc: vpc-0123456789abcdef0\n  cidr: 10.0.0.0/16\n  publicSubnets: ${publicSubnets}${more}`,
];
