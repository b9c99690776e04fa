import { appOf, jsonFile, PROGRAM, type Start } from '../start';

export const start: Start = {
  configuration: {
    path: 'cdktf.json',
    text: jsonFile({
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
