/** The pieces that a configuration is put together from. */
import type { Problem } from '../../problems';
import type { GatewayApi, GatewayMember, GatewayModel } from '../model';
import type { Text } from './text';

export interface Section {
  /** `frontend traffic`. */
  readonly head: Text;
  readonly lines: readonly Text[];
}

/** What is rendered, and for whom. */
export interface Context {
  readonly model: GatewayModel;
  /** The member that the text is for. */
  readonly member: GatewayMember;
  readonly others: readonly GatewayMember[];
}

/** A policy's rules in the backend of an API, in the order that they are tried. */
export interface Rules {
  readonly request?: readonly Text[];
  readonly response?: readonly Text[];
  readonly afterResponse?: readonly Text[];
}

/** One policy, carried out by HAProxy. Whatever is not used by an API returns nothing. */
export interface PolicyRendering {
  /** Why HAProxy cannot do what the policy says; empty when it can. */
  problems(api: GatewayApi, model: GatewayModel): readonly Problem[];
  /** Rules for each request to the API. */
  rules(api: GatewayApi, context: Context): Rules;
  /** Sections that all APIs with this policy share. */
  sections(context: Context): readonly Section[];
  /** Files beside the configuration, by name. */
  files(context: Context): Readonly<Record<string, string>>;
}

export const printSections = (sections: readonly Section[]): string =>
  sections.map(({ head, lines }) => [head, ...lines.map((text) => `  ${text}`), ''].join('\n')).join('\n');
