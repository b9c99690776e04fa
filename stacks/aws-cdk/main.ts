/**
 * What the cdk CLI runs: `npx cdk synth`, `npx cdk deploy prod`.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 * - CDK_DEFAULT_ACCOUNT: set by the cdk CLI to the account of the credentials; without them the templates fit any.
 */
import { main } from '../entry';
import { synthesize } from './synthesize';

main((files) =>
  synthesize({
    ...files,
    account: process.env.CDK_DEFAULT_ACCOUNT,
  }),
);
