import type { Identity } from '../../blueprint/blueprint';
import type { Value } from '../value';

export interface IdentityResources {
  readonly 'user-pool': {
    readonly name: string;
    readonly allowAdminCreateUserOnly: boolean;
    readonly deletionProtection: boolean;
    /** Nothing is lost with a pool that has no users, and one that stays behind keeps giving tokens. */
    readonly deletionPolicy: 'Delete';
  };
  readonly 'user-pool-domain': { readonly domain: string; readonly userPoolId: Value };
  readonly 'resource-server': Identity['resourceServer'] & { readonly userPoolId: Value };
  readonly 'user-pool-client': {
    readonly name: string;
    readonly userPoolId: Value;
    readonly generateSecret: boolean;
    readonly allowedOAuthFlows: readonly ['client_credentials'];
    readonly allowedOAuthScopes: readonly string[];
    readonly accessTokenMinutes: number;
  };
}
