import type { ConsumersSecret } from '../blueprint/blueprint';
import { type Awaited, type NounOf, ref, resource, type Value } from './resource';

export interface SecretResources {
  /** With its first version, which is written once and never looked at again. */
  readonly secret: {
    readonly name: string;
    readonly description: string;
    readonly initialText: string;
    /** Keeps the first version when another one becomes the current one. */
    readonly initialLabel: string;
    /** A deleted secret keeps its name for as long as it can be recovered; an environment needs it at once. */
    readonly recoveryWindowDays: 0;
    readonly deletionPolicy: 'Delete';
  };
}

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
