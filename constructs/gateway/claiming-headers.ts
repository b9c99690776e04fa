/**
 * Request headers that claim what only the balancer or the gateway can say: another path, method, host or client than
 * those of the request. Servers and frameworks have a hundred names for them and make up new ones, so they are known by
 * the words of their names. One pattern serves both sides: the gateway takes such headers away, and no policy reads one.
 */

/** Words of an address, also where they are written together with whose it is. */
const whose = 'client|remote|real|source|src|user|peer|socket|origin|originating|connecting|external';
const address = `(${whose})?(ip(v[46])?|ips|ipaddr|ipaddress|addr)`;

/** What a request is for, as words or as variables of CGI have it. */
const meant =
  'host|hostname|port|method|verb|url|uri|path|pathname|scheme|proto|protocol|https|ssl|address|(script|server)-name|path-(info|translated)|query-string';

/** Words that say nothing else than how one of the above is meant. */
const how = `x|http|request|requested|req|${whose}|true|original|orig|rewritten|forward|proxied|backend|upstream|server|base|script|front|end|cluster|cgi|raw|full|absolute`;

const anywhere = (words: string) => `(.*-)?(${words})(-.*)?`;

/** Each is of whole names in lower case. None takes more than linear time. */
const claims: readonly string[] = [
  anywhere(address),
  anywhere(`(${whose}|forwarded)-?(addr|address|host|hostname)`),
  anywhere('forwarded|rewrite|override|remote-user|(ssl|tls)-client|client-?cert(ificate)?'),
  'x-(original|originating|orig|rewritten)-.*',
  anywhere(`(original|rewritten)-(${meant})`),
  'x-http-method-.*',
  // Of two and more such words alone: X-Request-URI and Base-Url; not X-Callback-Url, not Host.
  `((${how})-)+(${meant})(-(${how}|${meant}))*`,
  `(${meant})(-(${how}|${meant}))+`,
];

/** A regular expression of a whole name in lower case, alike for PCRE and for JavaScript, without a quotation mark. */
export const claimPattern = `(${claims.join('|')})$`;
