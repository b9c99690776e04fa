/** Synthesizes the environments of a folder, and prints the files of the provider's bindings that this has loaded. */
import { synthesize } from '../../../stacks/cdktf/synthesize';

const [environments = '', outdir = ''] = process.argv.slice(2);
synthesize({ environments, outdir });
const loaded = Object.keys(require.cache).filter((file) => file.includes('/@cdktf/provider-aws/'));
process.stdout.write(JSON.stringify(loaded.map((file) => file.replace(/^.*\/@cdktf\/provider-aws\//, ''))));
