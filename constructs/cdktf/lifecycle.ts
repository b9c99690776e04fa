import type { TerraformResourceLifecycle } from 'cdktf';

/** Terraform refuses each plan that would destroy it, for as long as the configuration has it. */
export const kept = (deletionProtection = false): Pick<TerraformResourceLifecycle, 'preventDestroy'> =>
  deletionProtection ? { preventDestroy: true } : {};
