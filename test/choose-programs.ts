/** Before any test, so that workers and what they start have them: the programs that `STAGECRAFT_HAPROXY` and `STAGECRAFT_NODE` name. */
import { chooseHaproxy, chooseNode } from '../sandbox/chosen-programs';

export default function setup(): void {
  chooseHaproxy();
  chooseNode();
}
