/**
 * What the cdk CLI runs: `npx cdk synth`, `npx cdk deploy prod`.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 * - CDK_DEFAULT_ACCOUNT: set by the cdk CLI to the account of the credentials; without them the templates fit any.
 */
import { formatProblems, Problems } from '../../constructs/problems';
import { synthesize } from './synthesize';

try {
  synthesize({
    environments: process.env.STAGECRAFT_ENVIRONMENTS ?? 'environments',
    account: process.env.CDK_DEFAULT_ACCOUNT,
  });
} catch (error) {
  if (!(error instanceof Problems)) throw error;
  process.stderr.write(`${formatProblems(error.problems, { color: process.stderr.isTTY })}\n`);
  process.exitCode = 1;
}
