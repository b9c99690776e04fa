/** CDK for Terraform: what is synthesized is applied by Terraform. */
import type { Engine } from '../engine';
import { kept } from './kept';
import { needs } from './needs';
import { start } from './start';
import { findProvider, providerVersion, terraformEnvironment } from './terraform-provider';

export const cdktf: Engine = {
  name: 'cdktf',
  title: 'CDK for Terraform',
  steps: { prepare: 'Terraform init', plan: 'Terraform plan', apply: 'Terraform apply' },
  needs,
  start,
  kept,

  synthesize: async (...given) => {
    const { TerraformDeployment } = require('./deployment') as typeof import('./deployment');
    return TerraformDeployment.synthesize(...given);
  },

  variables: ({ sandbox }, access) => {
    const source = findProvider();
    const version = providerVersion(source);
    return {
      ...terraformEnvironment(sandbox, access, source),
      ...(version ? { STAGECRAFT_AWS_PROVIDER_VERSION: version } : {}),
    };
  },

  deployCommand: (environment) => `npx cdktf deploy ${environment}`,

  repair: {
    does: 'what stands and is marked to be replaced is kept, what stands and is in no state is taken over',
    run: async (...given) => {
      const { repairState } = require('./repair/state') as typeof import('./repair/state');
      return repairState(...given);
    },
  },
};
