/** What a route's path such as `/orders/{id}` takes, for HAProxy and for whoever has to say it beforehand. */

/**
 * The template as a regular expression of the whole path, to be compared in either case: `{name}` is one segment and
 * `{name+}` all that follow, with or without a slash at the end. Of the characters that a template may have, only the
 * dot has a meaning of its own.
 */
export function templatePattern(template: string): string {
  const parts = template.split(/(\{[^}]*\})/).map((part) => {
    if (part.startsWith('{')) return part.endsWith('+}') ? '.+' : '[^/]+';
    return part.replaceAll('.', '\\.');
  });
  return `^${parts.join('')}/?$`;
}

export const segmentsOf = (template: string): string[] => template.split('/').slice(1);
export const isPlaceholder = (segment: string): boolean => segment.startsWith('{');
