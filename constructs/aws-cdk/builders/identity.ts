import { Duration } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { type Accepted, accept } from '../suppressions';
import type { Builders } from './builder';
import { removalPolicies } from './data';

const withoutUsers = (rule: string, what: string): Accepted => ({
  rule,
  reason: `${what} is for people who sign in; this pool has no users, only clients that are machines.`,
});

/** What belongs to a pool is made by the pool. */
export const identity: Pick<
  Builders,
  'user-pool' | 'user-pool-domain' | 'resource-server' | 'user-pool-client'
> = {
  'user-pool': ({ scope, name, settings, transformed }) => {
    const pool = new cognito.UserPool(
      scope,
      name,
      transformed({
        userPoolName: settings.name,
        selfSignUpEnabled: !settings.allowAdminCreateUserOnly,
        removalPolicy: removalPolicies[settings.deletionPolicy],
        deletionProtection: settings.deletionProtection,
      }),
    );
    accept(
      pool,
      withoutUsers('AwsSolutions-COG1', 'A password policy'),
      withoutUsers('AwsSolutions-COG2', 'A second factor'),
      withoutUsers('AwsSolutions-COG8', 'Threat protection, of the plus plan,'),
    );
    return { named: pool, texts: { issuer: pool.userPoolProviderUrl } };
  },
  'user-pool-domain': ({ name, settings: { domain, userPoolId }, values, transformed }) => ({
    named: values
      .of('user-pool', userPoolId)
      .addDomain(name, transformed({ cognitoDomain: { domainPrefix: domain } })),
  }),
  'resource-server': ({ name, settings, values, transformed }) => ({
    named: values.of('user-pool', settings.userPoolId).addResourceServer(
      name,
      transformed({
        identifier: settings.identifier,
        userPoolResourceServerName: settings.name,
        scopes: settings.scopes.map(
          (one) =>
            new cognito.ResourceServerScope({ scopeName: one.name, scopeDescription: one.description }),
        ),
      }),
    ),
  }),
  'user-pool-client': ({ name, settings, values, transformed }) => ({
    named: values.of('user-pool', settings.userPoolId).addClient(
      `Client-${name}`,
      transformed({
        userPoolClientName: settings.name,
        generateSecret: settings.generateSecret,
        oAuth: {
          flows: { clientCredentials: settings.allowedOAuthFlows.includes('client_credentials') },
          scopes: settings.allowedOAuthScopes.map((scope) => cognito.OAuthScope.custom(scope)),
        },
        accessTokenValidity: Duration.minutes(settings.accessTokenMinutes),
      }),
    ),
  }),
};
