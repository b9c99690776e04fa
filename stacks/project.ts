/** A folder that is deployed from. */
import { resolve } from 'node:path';

export interface Project {
  /** Folder that holds `environments/`. */
  readonly root: string;
  readonly environments: string;
  /** The sandbox's state folder. */
  readonly sandbox: string;
}

export function projectAt(root: string, environments = 'environments'): Project {
  return {
    root: resolve(root),
    environments: resolve(root, environments),
    sandbox: resolve(root, '.stagecraft/sandbox'),
  };
}
