/**
 * What the cdktf CLI runs: `npx cdktf synth`, `npx cdktf deploy prod`.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 * - STAGECRAFT_AWS_PROVIDER_VERSION: version constraint for the AWS provider, such as `~> 5.100`, where the version
 *   that the bindings were made for is not to be had.
 */
import { formatProblems, Problems } from '../../constructs/problems';
import { synthesize } from './synthesize';

try {
  synthesize({
    environments: process.env.STAGECRAFT_ENVIRONMENTS ?? 'environments',
    outdir: process.env.CDKTF_OUTDIR ?? 'cdktf.out',
    awsProviderVersion: process.env.STAGECRAFT_AWS_PROVIDER_VERSION,
  });
} catch (error) {
  if (!(error instanceof Problems)) throw error;
  process.stderr.write(`${formatProblems(error.problems, { color: process.stderr.isTTY })}\n`);
  process.exitCode = 1;
}
