/** What the Pulumi CLI runs. */
import { program } from './program';

export = program();
