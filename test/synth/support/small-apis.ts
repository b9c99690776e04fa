/** An environment of many small APIs, `api-000` and on. */

export interface Many {
  readonly count: number;
  /** Most APIs in a nested stack of AWS CDK, `b0` and on. @default none is in one */
  readonly nested?: number;
  /** The command of an API's container. @default that of its image */
  readonly command?: (api: string) => readonly string[];
  /** @default a network of AWS's */
  readonly cidr?: string;
}

export const apiName = (index: number): string => `api-${String(index).padStart(3, '0')}`;

export function manyApis({ count, nested, command, cidr = '10.20.0.0/16' }: Many): string {
  const apis = Array.from({ length: count }, (_, index) => {
    const name = apiName(index);
    const stack = nested ? `, nestedStack: b${Math.floor(index / nested)}` : '';
    const runs = command ? `, command: ${JSON.stringify(command(name))}` : '';
    return `  ${name}: { image: "registry.example/${name}:1", paths: [/${name}], instances: { min: 1 }, policies: { authentication: public }${runs}${stack} }\n`;
  });
  return `name: many
stage: gateway
region: eu-central-1
network: { cidr: ${cidr}, zones: [a, b] }
domain: { name: api.many.test, hostedZone: { id: Z00000000000MANY, name: many.test } }
apis:
${apis.join('')}`;
}
