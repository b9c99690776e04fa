import { PROGRAM, type Start } from '../start';

/** Outputs of the stack are what the program exports, as each kind of module does it. */
const pulumiProgram = (
  isModule: boolean,
) => `// A stack is called as its file of environments/ is: \`pulumi up -s dev\` deploys environments/dev.yaml.
${
  isModule
    ? "import outputs from 'stagecraft/pulumi/app';\n\nexport default outputs;\n"
    : "import outputs = require('stagecraft/pulumi/app');\n\nexport = outputs;\n"
}`;

export const start: Start = {
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
