/** Values with placeholders: `{consumer}` among what stands for itself. */

/** What may stand in a value, in braces. */
export const placeholders = ['consumer', 'requestId', 'clientAddress', 'api', 'route'] as const;
export type Placeholder = (typeof placeholders)[number];

/** Braces with another word stand for themselves. */
export function placeholderIn(part: string): Placeholder | undefined {
  const name = /^\{([A-Za-z]+)\}$/.exec(part)?.[1];
  return placeholders.find((one) => one === name);
}

/** The value in parts, each a placeholder or a text. */
export const partsOf = (value: string): string[] =>
  value.split(/(\{[A-Za-z]+\})/).filter((part) => part !== '');

export const names = (value: string, placeholder: Placeholder): boolean =>
  partsOf(value).some((part) => placeholderIn(part) === placeholder);
