/** What a project has for its engine: the program that the engine's command line runs, its configuration, its packages. */

export interface Start {
  /** The engine's own configuration file, at the top of the project. */
  readonly configuration: { readonly path: string; readonly text: string };
  /** `infrastructure/main.ts`. @param isModule whether the project's files are ES modules */
  program(isModule: boolean): string;
  /** Packages that what is deployed is made of, and those that only work on it. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** What git leaves out. */
  readonly ignored: readonly string[];
  /** Checks all environments without an account. */
  synth(environment: string): string;
  /** Once, before the first deploy. */
  before?(environment: string): string;
  /** Folder that `synth` writes what is deployed into. */
  readonly out: string;
  /** Names of files there that say nothing of what is deployed, and are not compared. */
  readonly notCompared: readonly string[];
}

export const PROGRAM = 'infrastructure/main.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const appOf = (
  engine: string,
) => `// Deploys the files of environments/, one stack each. Stacks of your own may stand beside it.
import 'stagecraft/${engine}/app';
`;

const cdktf: Start = {
  configuration: {
    path: 'cdktf.json',
    text: json({
      language: 'typescript',
      app: `npx tsx ${PROGRAM}`,
      sendCrashReports: 'false',
      terraformProviders: [],
      terraformModules: [],
      context: {},
    }),
  },
  program: () => appOf('cdktf'),
  dependencies: ['@cdktf/provider-aws', 'cdktf', 'constructs'],
  devDependencies: ['cdktf-cli'],
  ignored: ['cdktf.out/', '*.tfstate', '*.tfstate.backup'],
  synth: () => 'npx cdktf synth',
  out: 'cdktf.out/stacks',
  notCompared: [],
};

const awsCdk: Start = {
  configuration: { path: 'cdk.json', text: json({ app: `npx tsx ${PROGRAM}`, versionReporting: false }) },
  program: () => appOf('aws-cdk'),
  dependencies: ['aws-cdk-lib', 'constructs'],
  devDependencies: ['aws-cdk'],
  ignored: ['cdk.out/'],
  synth: () => 'npx cdk synth --quiet',
  out: 'cdk.out',
  // Times, and what the templates say already.
  notCompared: ['performance-counters.json', 'tree.json', '*.metadata.json', '*.assets.json'],
};

/** Outputs of the stack are what the program exports, as each kind of module does it. */
const pulumiProgram = (
  isModule: boolean,
) => `// A stack is called as its file of environments/ is: \`pulumi up -s dev\` deploys environments/dev.yaml.
${
  isModule
    ? "import outputs from 'stagecraft/pulumi/app';\n\nexport default outputs;\n"
    : "import outputs = require('stagecraft/pulumi/app');\n\nexport = outputs;\n"
}`;

const pulumi: Start = {
  configuration: {
    path: 'Pulumi.yaml',
    text: `name: infrastructure
description: An AWS API as it grows, one stack for each environment file.
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --import tsx
    packagemanager: npm
main: ${PROGRAM}
`,
  },
  program: pulumiProgram,
  dependencies: ['@pulumi/aws', '@pulumi/pulumi'],
  devDependencies: [],
  ignored: ['module.out/'],
  // Pulumi previews only with an account: the same resources as a Terraform module can be compared without one.
  synth: (environment) => `npx stagecraft module --environment ${environment} --out module.out`,
  out: 'module.out',
  notCompared: [],
  before: (environment) => `pulumi stack init ${environment}`,
};

/** By the name of the engine. */
export const starts: Readonly<Record<string, Start>> = { cdktf, 'aws-cdk': awsCdk, pulumi };
