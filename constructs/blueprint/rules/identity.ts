/** The Cognito user pool. */
import { list, type Rule, repeated } from './rule';

/** Words that Cognito keeps to itself in a domain prefix. */
const RESERVED = ['aws', 'amazon', 'cognito'];

export const domainPrefix: Rule = function* ({ identity }) {
  const prefix = identity?.cognito.domainPrefix;
  const word = RESERVED.find((one) => prefix?.includes(one));
  if (word === undefined) return;
  yield {
    code: 'DOMAIN_PREFIX_RESERVED',
    path: ['identity', 'cognito', 'domainPrefix'],
    message: `Cognito takes no prefix with \`${word}\` in it.`,
    given: prefix,
    fix: 'Choose another prefix.',
  };
};

const MOST_SCOPES = 100;
const MOST_CLIENT_SCOPES = 50;

export const scopeCount: Rule = function* ({ identity }) {
  const { length } = Object.keys(identity?.cognito.scopes ?? { none: '' });
  if (length > 0 && length <= MOST_SCOPES) return;
  yield {
    code: 'SCOPES_COUNT',
    path: ['identity', 'cognito', 'scopes'],
    where: 'key',
    message: length === 0 ? 'The resource server has no scope.' : `The resource server has ${length} scopes.`,
    allowed: `1 to ${MOST_SCOPES}`,
    fix: length === 0 ? 'Add one with what it allows.' : 'Remove some.',
  };
};

export const clientScopes: Rule = function* ({ identity }) {
  const { scopes = {}, machineClients = {} } = identity?.cognito ?? {};
  for (const [name, client] of Object.entries(machineClients)) {
    const path = ['identity', 'cognito', 'machineClients', name, 'scopes'];
    for (const [index, scope] of client.scopes.entries()) {
      if (Object.hasOwn(scopes, scope)) continue;
      yield {
        code: 'SCOPE_UNKNOWN',
        path: [...path, index],
        message: `There is no scope \`${scope}\`.`,
        given: scope,
        allowed: list(Object.keys(scopes)) || 'none',
        fix: 'Choose one of these, without the identifier of the resource server, or add the scope.',
      };
    }
    for (const index of repeated(client.scopes)) {
      yield {
        code: 'LISTED_TWICE',
        path: [...path, index],
        message: `${client.scopes[index]} stands twice.`,
        fix: 'Remove one of the two.',
      };
    }
    if (client.scopes.length > MOST_CLIENT_SCOPES) {
      yield {
        code: 'SCOPES_COUNT',
        path,
        where: 'key',
        message: `The client has ${client.scopes.length} scopes.`,
        allowed: `1 to ${MOST_CLIENT_SCOPES}`,
        fix: 'Give it fewer.',
      };
    }
  }
};
