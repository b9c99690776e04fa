import { LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { literal } from '../../constructs/cdktf/literal';
import { type Refused, stackId } from '../blueprints';

/**
 * Stands for an environment whose file is broken, so that the others can be deployed. Terraform plans nothing of it and
 * says why. An error annotation would stop all stacks of the app.
 */
export class RefusedStack extends TerraformStack {
  constructor(scope: Construct, refused: Refused) {
    super(scope, stackId(refused));
    // Never the state of the environment: nothing may be destroyed for want of a file that can be read.
    new LocalBackend(this, { path: 'refused.tfstate' });
    const output = new TerraformOutput(this, 'environment', { value: literal(refused.name) });
    output.addOverride('precondition', [
      // Never true; Terraform wants a condition to ask for something.
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Terraform
      { condition: '${terraform.workspace == ""}', error_message: literal(refused.problems.message) },
    ]);
  }
}
