/** What the helper is told by its environment. */

export interface Settings {
  readonly issuers: readonly IssuerSettings[];
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly keepHours: number;
  /** Where the gateway has the files, as its configuration says it. */
  readonly folder: string;
}

export interface IssuerSettings {
  readonly id: string;
  /** The issuer itself, or the environment variable that says it. */
  readonly issuer: string | { readonly variable: string };
  /** @default `/.well-known/jwks.json` under the issuer */
  readonly jwksUrl?: string;
}

/** Variable that holds the settings, as JSON. */
export const settingsVariable = 'KEY_HELPER';
/** Where the volume is mounted. */
export const volumePath = '/keys';
