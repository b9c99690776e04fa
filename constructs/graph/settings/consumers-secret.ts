export interface ConsumersSecretResources {
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
