/** Collects what the sandbox does not carry; each sentence once. */
export class Problems {
  private readonly sentences = new Set<string>();

  /** Returns nothing, so that a reader can leave a thing out and say so in one line. */
  add(sentence: string): undefined {
    this.sentences.add(sentence);
  }

  get all(): readonly string[] {
    return [...this.sentences];
  }
}
