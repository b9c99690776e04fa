/** What a person writes into variables and commands reaches the container as it is written, with both engines. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { synthesize as synthesizeCdk } from '../../stacks/aws-cdk/synthesize';
import { synthesize as synthesizeTerraform } from '../../stacks/cdktf/synthesize';

/** Whole marks that are refused are not among them: pieces that stay text, however they meet. */
const mark = (name: string): string => `$\{${name}}`;

const piece = fc.constantFrom(
  ...[
    '$',
    '%',
    '{',
    '}',
    '#',
    '$${',
    '%{ if }',
    mark('aws_x.y'),
    mark('AWS::Region'),
    mark('HOME'),
    'Token[',
    '"',
    '\\',
  ],
  ...['TfToken', 'resolve:', '!Sub ', '~', '\n', 'é', '<', '//', '-1.88e+9'],
);
const refused = /[$#]\{(?:Tf)?Token\[|\{\{resolve:/i;
const text = fc
  .array(piece, { minLength: 1, maxLength: 8 })
  .map((pieces) => pieces.join(''))
  .filter((one) => !refused.test(one));

test('200 texts of marks', () => {
  const values = fc.sample(text, 200);
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-literal-'));
  try {
    const environments = join(folder, 'environments');
    mkdirSync(environments);
    const environment = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
    writeFileSync(
      join(environments, 'shop.yaml'),
      JSON.stringify({
        name: 'shop',
        stage: 'api',
        region: 'eu-central-1',
        apis: { orders: { image: 'example/orders:1', command: values, environment } },
      }),
    );
    const [terraform] = synthesizeTerraform({ environments, outdir: join(folder, 'tf'), root: folder });
    const [cdk] = synthesizeCdk({ environments, outdir: join(folder, 'cdk') });

    const main = JSON.parse(readFileSync(join(terraform?.workingFolder ?? '', 'cdk.tf.json'), 'utf8'));
    const [definition] = Object.values(main.resource.aws_ecs_task_definition) as {
      container_definitions: string;
    }[];
    const ofTerraform = (JSON.parse(definition?.container_definitions ?? '[]') as Container[]).find(isOrders);
    const read = (one: string): string => one.replace(/([$%])\1\{/g, '$1{');
    expect(ofTerraform?.command.map(read)).toEqual(values);
    const variables = ofTerraform?.environment.map(({ name, value }) => [name, read(value)]) ?? [];
    expect(Object.fromEntries(variables)).toEqual(environment);

    const { Resources } = JSON.parse(readFileSync(cdk?.templateFile ?? '', 'utf8'));
    const task = (Object.values(Resources) as Task[]).find(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
    const ofCdk = task?.Properties.ContainerDefinitions.find(({ Name }) => Name === 'orders');
    expect(ofCdk?.Command).toEqual(values);
    expect(Object.fromEntries(ofCdk?.Environment.map(({ Name, Value }) => [Name, Value]) ?? [])).toEqual(
      environment,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
}
const isOrders = ({ name }: Container): boolean => name === 'orders';

interface Task {
  readonly Type: string;
  readonly Properties: {
    readonly ContainerDefinitions: readonly {
      readonly Name: string;
      readonly Command: readonly string[];
      readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
    }[];
  };
}
