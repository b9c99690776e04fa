/**
 * What the cdktf CLI runs: `npx cdktf synth`, `npx cdktf deploy prod`.
 *
 * Variables:
 * - STAGECRAFT_ENVIRONMENTS: folder of environment files; `environments` by default.
 * - STAGECRAFT_AWS_PROVIDER_VERSION: version constraint for the AWS provider, such as `~> 5.100`, where the version
 *   that the bindings were made for is not to be had.
 */
import { main } from '../entry';
import { askedOfCdktf } from './asked';
import { synthesize } from './synthesize';

main(
  (files) =>
    synthesize({
      ...files,
      outdir: process.env.CDKTF_OUTDIR ?? 'cdktf.out',
      awsProviderVersion: process.env.STAGECRAFT_AWS_PROVIDER_VERSION,
    }),
  // `cdktf deploy shop` synthesizes all, and is about one.
  { wholeOnly: askedOfCdktf() === 'synth' },
);
