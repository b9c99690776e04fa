/** The pieces that a configuration is put together from. */
import type { GatewayMember, GatewayModel } from '../../model';
import type { Text } from '../language/text';

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
  /** Of what the members do for each other: two that carry out another one do nothing for each other. */
  readonly revision: string;
}

/** Sections that several policies need are one: with the lines of all, each once. */
export function merged(sections: readonly Section[]): Section[] {
  const byHead = new Map<Text, Set<Text>>();
  for (const { head, lines } of sections) {
    const all = byHead.get(head) ?? new Set();
    for (const one of lines) all.add(one);
    byHead.set(head, all);
  }
  return [...byHead].map(([head, lines]) => ({ head, lines: [...lines] }));
}

export const printSections = (sections: readonly Section[]): string =>
  sections.map(({ head, lines }) => [head, ...lines.map((text) => `  ${text}`), ''].join('\n')).join('\n');
