/** What the Pulumi CLI runs. */
import { program } from './program';

module.exports = program();
