/** Pulumi: its CLI, which must be on the machine, runs the stack's program and deploys what that asks for. */
import type { Engine } from '../engine';
import { kept } from './kept';
import { needs } from './needs';
import { start } from './start';
import { backendVariables, hasWorkspace } from './workspace';

export const pulumi: Engine = {
  name: 'pulumi',
  title: 'Pulumi',
  onlyWhenAsked: true,
  steps: { prepare: 'Pulumi stack', plan: 'Pulumi preview', apply: 'Pulumi up' },
  needs,
  start,
  kept,

  synthesize: async (...given) => {
    const { PulumiDeployment } = require('./deployment') as typeof import('./deployment');
    return PulumiDeployment.synthesize(...given);
  },

  // Only where it has deployed: else the CLI would be taken away from the state that its user has logged in to.
  variables: ({ sandbox }) => (hasWorkspace(sandbox) ? backendVariables(sandbox) : {}),

  deployCommand: (environment) => `pulumi up -s ${environment}`,
};
