/** How the members find each other. */

import { line, put, type Text } from '../language/text';
import { listenAddress, loopbackAddress } from '../language/variables';
import { hostAddress, resolverLines } from './pool';
import { firstTunnelPort, ports } from './ports';
import type { Context, Section } from './sections';
import { dropTrailers } from './trailers';

/**
 * A member has one address, and a new one after each deploy: unlike a pool, the old address is of no use for a
 * moment longer. A name that is not answered is another thing: without the last address the members would count apart.
 */
export const memberResolvers = ({ model }: Context): Section => ({
  head: line`resolvers members`,
  lines: [
    ...resolverLines(model),
    line`timeout resolve 1s`,
    line`hold valid 1s`,
    line`hold obsolete 0s`,
    line`hold nx 2s`,
  ],
});

/** Where another member's port is reached. */
export const memberAddress = (host: string, port: number): Text =>
  line`${hostAddress(host, port)} resolvers members init-addr last,none resolve-prefer ipv4`;

/**
 * The members' counters. HAProxy's peers take no host names, so each other member is reached through a tunnel on
 * the loopback address that has one. Each member writes a table of its own, since what two wrote would overwrite
 * each other. HAProxy 2.6 writes to at most three tables per request: `sc0` and `sc1` are the limits', `sc2` is the
 * cache's.
 */
export function counters({ model, member, others }: Context, tables: readonly Text[]): Section[] {
  const peers = model.members.map(({ name }) => {
    const tunnel = others.findIndex((other) => other.name === name);
    const address =
      name === member.name
        ? line`"${listenAddress}:${ports.peers}"`
        : line`"${loopbackAddress}:${firstTunnelPort + tunnel}"`;
    return line`peer ${put('name', name)} ${address}`;
  });
  const tunnels = others.map(({ name, host }, index) => ({
    head: line`listen gateway.peer.${put('name', name)} from base`,
    lines: [
      line`mode tcp`,
      line`no option disable-h2-upgrade`,
      ...dropTrailers(line`no option`),
      line`bind "${loopbackAddress}:${firstTunnelPort + index}"`,
      // HAProxy tries a peer again only after 5 s, so the first try waits for the other's address.
      line`tcp-request inspect-delay 1500ms`,
      line`tcp-request content accept if { nbsrv gt 0 } || WAIT_END`,
      line`timeout client 1m`,
      line`timeout server 1m`,
      line`server ${put('name', name)} ${memberAddress(host, ports.peers)}`,
    ],
  }));
  return [{ head: line`peers gateway`, lines: [...peers, ...tables] }, ...tunnels];
}
