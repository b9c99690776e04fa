/** What `verify` speaks in: a claim about a deployed endpoint, checked over HTTP, with its evidence. */
import type { Environment, Stage } from '../../constructs/blueprint/schema';
import type { HttpClient } from './http';

/** An API as a caller reaches it. */
export interface ApiEndpoint {
  readonly name: string;
  readonly api: Environment['apis'][string];
  /** Where its first path is, such as https://api.example.com/orders. At stage `api` one per running task. */
  readonly urls: readonly string[];
}

export interface VerifyContext {
  readonly environment: Environment;
  readonly http: HttpClient;
  readonly endpoints: readonly ApiEndpoint[];
  /** The plain HTTP address of the load balancer; absent at stage `api`. */
  readonly plainUrl?: string;
  /** A key of a consumer; absent when none was given. */
  readonly key?: { readonly consumer: string; readonly value: string };
  /** Tokens of the APIs' issuers; absent when none was given. */
  readonly tokens?: readonly string[];
}

/** The claim does not apply to this environment, or cannot be seen from outside. */
export class NotShown extends Error {}

/** The claim does not hold. The message is what was seen instead. */
export class Unmet extends Error {}

export interface Claim {
  readonly id: string;
  /** A sentence that is true when the claim holds. */
  readonly title: string;
  readonly stages: readonly Stage[];
  /** Whether it holds only when the gateways know each other and the APIs' instances. @default false */
  readonly ofPair?: boolean;
  /**
   * @returns the evidence, in one line
   * @throws NotShown, Unmet
   */
  check(context: VerifyContext): Promise<string>;
}

export interface ClaimResult {
  readonly id: string;
  readonly title: string;
  /** `not kept`: the file promises it and goes without at this stage, by name. */
  readonly result: 'holds' | 'fails' | 'not shown' | 'not kept';
  readonly evidence: string;
  readonly milliseconds: number;
}

/** Throws Unmet with the sentence unless the condition holds. */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Unmet(otherwise);
}
