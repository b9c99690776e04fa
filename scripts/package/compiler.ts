import { dirname, join, resolve } from 'node:path';

export const project = resolve(__dirname, '../..');

/** The program of the TypeScript that the project has. */
export const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
