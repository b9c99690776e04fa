/** What the helper is told by its environment. */

export interface Settings {
  readonly issuers: readonly IssuerSettings[];
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly keepHours: number;
  /** Host names of the other members. */
  readonly members: readonly string[];
  /** Longest time that the first keys are waited for, when no other member has them either. */
  readonly waitSeconds: number;
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
/** Port that the members ask each other for kept keys on. */
export const membersPort = 9004;
/** File in the volume that is other than before as long as the helper goes on. */
export const beatName = 'beat';
/** Longest time between two of its beats, beside what it waits for. */
export const beatSeconds = 5;
/** Where the volume is mounted. */
export const volumePath = '/keys';
