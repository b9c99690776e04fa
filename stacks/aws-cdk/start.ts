import { appOf, jsonFile, PROGRAM, type Start } from '../start';

export const start: Start = {
  configuration: { path: 'cdk.json', text: jsonFile({ app: `npx tsx ${PROGRAM}`, versionReporting: false }) },
  program: () => appOf('aws-cdk'),
  dependencies: ['aws-cdk-lib', 'constructs'],
  devDependencies: ['aws-cdk'],
  ignored: ['cdk.out/'],
  synth: () => 'npx cdk synth --quiet',
  out: 'cdk.out',
  // Times, and what the templates say already.
  notCompared: ['performance-counters.json', 'tree.json', '*.metadata.json', '*.assets.json'],
};
