import type { Translations } from './translation';

export const data: Pick<
  Translations,
  | 'log-group'
  | 'metric-filter'
  | 'secret'
  | 'user-pool'
  | 'user-pool-domain'
  | 'resource-server'
  | 'user-pool-client'
> = {
  'log-group': ({ settings: { name, retentionDays } }) => [
    { type: 'aws_cloudwatch_log_group', arguments: { name, retentionInDays: retentionDays } },
  ],
  'metric-filter': ({ settings: { name, pattern, logGroupName, metric } }) => [
    {
      type: 'aws_cloudwatch_log_metric_filter',
      arguments: { name, pattern, logGroupName, metricTransformation: metric },
    },
  ],
  secret: ({ settings: { name, description, initialText, initialLabel, recoveryWindowDays } }, self) => [
    {
      type: 'aws_secretsmanager_secret',
      arguments: { name, description, recoveryWindowInDays: recoveryWindowDays },
    },
    {
      type: 'aws_secretsmanager_secret_version',
      id: 'Version',
      transform: 'version',
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ['versionStages'] },
      arguments: {
        secretId: { of: self, terraform: 'id' },
        // Write-only: neither the state nor a plan holds it.
        secretStringWo: initialText,
        secretStringWoVersion: 1,
        // A label of its own keeps the first version when another one becomes the current one.
        versionStages: ['AWSCURRENT', initialLabel],
      },
    },
  ],
  'user-pool': ({ settings: { name, allowAdminCreateUserOnly, deletionProtection } }) => [
    {
      type: 'aws_cognito_user_pool',
      arguments: {
        name,
        adminCreateUserConfig: { allowAdminCreateUserOnly },
        ...(deletionProtection && { deletionProtection: 'ACTIVE' }),
      },
    },
  ],
  'user-pool-domain': ({ settings }) => [
    { type: 'aws_cognito_user_pool_domain', arguments: { ...settings } },
  ],
  'resource-server': ({ settings: { userPoolId, identifier, name, scopes } }) => [
    {
      type: 'aws_cognito_resource_server',
      arguments: {
        userPoolId,
        identifier,
        name,
        scope: scopes.map((one) => ({ scopeName: one.name, scopeDescription: one.description })),
      },
    },
  ],
  'user-pool-client': ({ settings }) => [
    {
      type: 'aws_cognito_user_pool_client',
      arguments: {
        name: settings.name,
        userPoolId: settings.userPoolId,
        generateSecret: settings.generateSecret,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: settings.allowedOAuthFlows,
        allowedOauthScopes: settings.allowedOAuthScopes,
        accessTokenValidity: settings.accessTokenMinutes,
        tokenValidityUnits: [{ accessToken: 'minutes' }],
      },
    },
  ],
};
