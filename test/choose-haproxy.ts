/** Before any test, so that workers and what they start have it: the HAProxy that `STAGECRAFT_HAPROXY` names. */
import { chooseHaproxy } from '../sandbox/chosen-haproxy';

export default function setup(): void {
  chooseHaproxy();
}
