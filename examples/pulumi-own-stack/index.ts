/** What the Pulumi CLI runs. */
import { program } from './main';

module.exports = program();
