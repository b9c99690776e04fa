/**
 * Whom a key belongs to, and what happens when that member cannot answer as this one would.
 *
 * A key belongs to one member, by its hash. It is asked only while it says, once a second, that it takes part: it knows
 * its pools, it does not leave, and it carries out the same revision. Whatever goes wrong all the same, the member that
 * asks goes to the API itself: it cannot connect, gets no answer, or one that is the other's own and not the API's. The
 * latter comes with the status 425, as HAProxy decides by the status alone whether it asks again, and does so only for
 * some. An API's own 425 travels as 599.
 *
 * Not for 504: the client has waited as long as it may. A member that hangs is waited for as long as the API would be.
 */

import { longestSeconds } from '../../balancing';
import type { GatewayApi } from '../../model';
import { refuse } from '../answers/errors';
import { draining } from '../container/drain';
import { ready } from '../container/ready';
import { all, any, both, isTrue, not, type Rule, type Rules, rule } from '../language/rules';
import { line, put, type Text } from '../language/text';
import { loopbackAddress } from '../language/variables';
import { txn } from '../language/vocabulary';
import { memberAddress } from '../parts/members';
import type { Pool } from '../parts/pool';
import { ports } from '../parts/ports';
import type { Context, Section } from '../parts/sections';

const asker = ({ member, revision }: Context): Text =>
  line`${put('name', member.name)}/${put('name', revision)}`;

/** Of `<api>.cached`: who asks, and the revision that it carries out. */
export const asks = (context: Context): Rule => rule(line`set-header X-Gateway-Asker ${asker(context)}`);

const hasAsker = line`req.fhdr(x-gateway-asker)`;
/** What this member asks of itself it answers in any case: nobody else would. */
const own = isTrue('own');

/** Of the internal port, before all others. */
export function admission(context: Context): Rule[] {
  const same = line`{ ${hasAsker} -m end /${put('name', context.revision)} }`;
  return [
    rule(line`set-var(${txn.own}) bool(true)`, all(line`{ ${hasAsker} -m str ${asker(context)} }`)),
    ...refuse({
      status: 425,
      reason: 'other-member',
      detail: 'This gateway answers others of its revision alone, once it is ready and until it leaves.',
      when: both(all(not(own)), any(not(same), not(ready), draining)),
    }),
    // The check.
    rule(line`return status 200`, all(line`!{ req.fhdr(x-gateway-api) -m found }`)),
  ];
}

/** Of the internal port, after all others. */
export const ownAnswers: Rules = {
  response: [
    rule(line`set-header X-Gateway-Status 425`, all(line`{ status 425 }`)),
    rule(line`set-status 599`, all(line`{ status 425 }`)),
    rule(line`set-var(${txn.answered}) bool(true)`),
  ],
  afterResponse: [
    rule(
      line`set-status 425`,
      all(not(own), not(isTrue('answered')), line`{ status 400 404 405 500 502 503 }`),
    ),
  ],
};

/** The servers of `<api>.cached`. Without weight, only `use-server` takes one, and not while it is down. */
export function memberPool(api: GatewayApi, { model, member }: Context): Pool {
  const owner = line`req.fhdr(x-gateway-key),xxh32,mod(${model.members.length})`;
  const others = model.members.flatMap(({ name, host }, index) =>
    name === member.name ? [] : [{ name: put('name', name), host, index }],
  );
  return {
    settings: [
      line`timeout connect 500ms`,
      // Longer than the owner waits, whose answer says more.
      line`timeout server ${longestSeconds(api) + 2}s`,
      line`retry-on conn-failure empty-response response-timeout 425`,
    ],
    rules: {
      response: [
        rule(line`set-status 425`, all(line`{ status 599 }`, line`{ res.fhdr(x-gateway-status) -m found }`)),
      ],
    },
    servers: [
      // What passes the cache by has no key and no owner, and needs no other member.
      ...others.map(({ name, index }) => line`use-server ${name} if { ${owner} -m int ${index} }`),
      line`server ${put('name', member.name)} "${loopbackAddress}:${ports.cache}"`,
      ...others.map(
        ({ name, host }) =>
          line`server ${name} ${memberAddress(host, ports.cache)} weight 0 track gateway.members/${name}`,
      ),
    ],
  };
}

/** Checked once here, whatever the number of APIs; their backends follow it. */
export const memberChecks = (context: Context): Section => ({
  head: line`backend gateway.members from base`,
  lines: [
    line`option httpchk`,
    line`http-check send meth GET uri /owner hdr X-Gateway-Asker ${asker(context)}`,
    line`http-check expect status 200`,
    line`timeout check 1s`,
    line`default-server check inter 1s fall 1 rise 1`,
    ...context.others.map(
      ({ name, host }) => line`server ${put('name', name)} ${memberAddress(host, ports.cache)}`,
    ),
  ],
});
