/** The sample API, which may stand in for an image. */
import { join } from 'node:path';

/** Runs it from any folder. */
export function sampleCommand(): readonly string[] {
  const isTypeScript = __filename.endsWith('.ts');
  const server = join(__dirname, '..', 'examples', 'sample-api', isTypeScript ? 'server.ts' : 'server.js');
  return ['node', ...(isTypeScript ? ['--require', require.resolve('tsx/cjs')] : []), server];
}
