import { line, type Text } from '../language/text';

/**
 * Fields after the last chunk are read by no rule, and a server that takes them for headers would take who calls from
 * there. HAProxy drops them from 3.2 on; before, a request that has them is ended: see `frame/framing.ts`.
 * @param option `no option` where nothing speaks HTTP, which HAProxy would warn of
 */
export const dropTrailers = (option = line`option`): readonly Text[] => [
  line`.if version_atleast(3.2)`,
  line`${option} http-drop-request-trailers`,
  line`.endif`,
];
