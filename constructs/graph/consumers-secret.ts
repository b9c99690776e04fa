import type { ConsumersSecret } from '../blueprint/blueprint';
import { type NounOf, resource } from './resource';
import { type Awaited, ref, type Value } from './value';

/** What others need of the secret. */
export interface SecretLink {
  readonly arn: Value;
  /** What must stand before a task can read it. */
  readonly written: readonly Awaited[];
}

/** The secret that holds the consumers' hashed keys. */
export function consumersSecret(
  id: string,
  settings: ConsumersSecret,
  deletionProtection = false,
): { readonly noun: NounOf<'consumers-secret'>; readonly link: SecretLink } {
  const { name, description, initialText, initialLabel } = settings;
  const secret = resource(
    'secret',
    'Secret',
    { name, description, initialText, initialLabel, recoveryWindowDays: 0, deletionPolicy: 'Delete' },
    {
      transform: 'secret',
      lifetime: { createBeforeDestroy: true, ...(deletionProtection && { preventDestroy: true }) },
    },
  );
  return {
    noun: {
      noun: 'consumers-secret',
      id,
      settings,
      resources: [secret],
      nouns: [],
      waits: [],
      transform: ['consumersSecret'],
    },
    link: { arn: ref(secret, 'arn'), written: [secret] },
  };
}
