/** Imports modules of the project, and prints which of the engines' packages that has loaded. */
import path from 'node:path';

const PACKAGES = /\/node_modules\/((?:@(?:cdktf|pulumi|aws-sdk)\/[^/]+)|cdktf|aws-cdk-lib|constructs)\//;

for (const file of process.argv.slice(2)) require(path.resolve(file));
const loaded = Object.keys(require.cache).map((file) => PACKAGES.exec(file)?.[1]);
const index = Object.keys(require.cache).filter((file) => file.endsWith('/@pulumi/aws/index.js'));
process.stdout.write(JSON.stringify({ packages: [...new Set(loaded)].filter(Boolean).toSorted(), index }));
