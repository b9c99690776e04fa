/** AWS CDK: what is synthesized is deployed by the cdk CLI, with CloudFormation. */
import type { Engine } from '../engine';
import { kept } from './kept';
import { needs } from './needs';
import { start } from './start';

export const awsCdk: Engine = {
  name: 'aws-cdk',
  title: 'AWS CDK',
  steps: { prepare: 'CDK bootstrap', plan: 'CDK change set', apply: 'CDK deploy' },
  needs,
  start,
  kept,

  synthesize: async (...given) => {
    const { CdkDeployment } = require('./deployment') as typeof import('./deployment');
    return CdkDeployment.synthesize(...given);
  },

  // What every AWS SDK reads is enough.
  variables: () => ({}),

  deployCommand: (environment) => `npx cdk deploy ${environment}`,

  repair: {
    does: 'a way back that failed is continued',
    run: async (_, { environment, region, say }) => {
      const { CloudFormationClient } =
        require('@aws-sdk/client-cloudformation') as typeof import('@aws-sdk/client-cloudformation');
      const { makeDeployable } = require('./cloudformation') as typeof import('./cloudformation');
      return makeDeployable(new CloudFormationClient({ region }), environment, say);
    },
  },
};
