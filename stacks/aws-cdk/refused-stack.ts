import { Annotations, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type Refused, stackId } from '../blueprints';

/** With this flag of CDK an error of one stack would stop the synthesis of all. */
export const withErrorsPerStack = { '@aws-cdk/core:annotationsInValidationReport': false };

/**
 * Stands for an environment whose file is broken, so that the others can be deployed. The cdk CLI refuses a stack with an
 * error when it is chosen, and only then.
 */
export class RefusedStack extends Stack {
  constructor(scope: Construct, refused: Refused) {
    // Another name in CloudFormation than the environment's: nothing may be destroyed for want of a file that can be read.
    super(scope, stackId(refused), { stackName: `refused-${stackId(refused)}` });
    // A template without resources is none.
    new CfnWaitConditionHandle(this, 'Nothing');
    Annotations.of(this).addError(refused.problems.message);
  }
}
