/** docs/reference.md: every field of the environment file, as the schema has it. */
import { z } from 'zod';
import { bare } from '../../constructs/blueprint/reading/shape';
import { examplesOf, inFlow } from './examples';
import { type Field, type Form, fieldPath, fieldsOf, type Schema } from './fields';
import { anchorOf } from './markdown';
import { valueWords } from './words';

/** A longer example is that of the fields below. */
const LONGEST_EXAMPLE = 110;

const link = (path: readonly string[]): string => {
  const text = `\`${fieldPath(path)}\``;
  return `[${text}](#${anchorOf(text)})`;
};

/** What is so when the field is not there. */
function unsaid(schema: Schema): string {
  if (schema instanceof z.ZodDefault) return `default \`${inFlow(schema.def.defaultValue)}\``;
  if (schema instanceof z.ZodPrefault) {
    const value = inFlow(schema.def.defaultValue);
    return value === '{}' ? 'by default as its fields say' : `default \`${value}\``;
  }
  return 'may be left out';
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const named = (keys: readonly string[]): string => keys.map((one) => `\`${one}\``).join(', ');

/** What may be written, and what is so when it is not. */
const factsOf = ({ schema, needed }: Form, key: string): string[] => [
  valueWords(schema, key),
  needed ? 'needed' : unsaid(schema),
];

/** The facts of each form, told apart where they differ. */
function formFacts(forms: readonly Form[], key: string): string[] {
  const told = forms.map((form) => ({ form, text: factsOf(form, key).map(capital).join('. ') }));
  const [first] = told;
  if (first === undefined) return [];
  const alike = told.every(
    ({ text, form }) => text === first.text && form.description === first.form.description,
  );
  const only = (by: readonly string[]): string => (by.length > 0 ? `With ${named(by)}: ` : '');
  if (alike) return [(told.length === 1 ? only(first.form.by) : '') + first.text];
  return told.map(({ form: { by, description }, text }, index) => {
    const other = index > 0 && description !== first.form.description ? description : undefined;
    return `${only(by)}${[text, other].filter(Boolean).join('. ')}`;
  });
}

function entry(field: Field, example: unknown): string {
  const { path, description, from, forms, as } = field;
  const key = path.at(-1) ?? '';
  const shown = example === undefined ? undefined : `${key}: ${inFlow(example)}`;
  const lines = [
    ...formFacts(forms, key),
    from === 'api' ? 'Every stage' : `From stage \`${from}\` on`,
    ...(shown !== undefined && shown.length <= LONGEST_EXAMPLE ? [`Example: \`${shown}\``] : []),
  ];
  const parts = [
    `${path.length === 1 ? '##' : '###'} \`${fieldPath(path)}\``,
    description,
    as && `Its fields are those of ${link(as)}.`,
    lines.map((line) => `- ${line.replace(/\.$/, '')}`).join('\n'),
  ];
  return parts.filter(Boolean).join('\n\n');
}

const isPolicy = ({ path }: Field): boolean =>
  path.length === 4 && path[2] === 'policies' && path[0] === 'apis';

const contents = (fields: readonly Field[]): string =>
  fields
    .filter((field) => field.path.length === 1 || isPolicy(field))
    .map((field) => `${isPolicy(field) ? '  ' : ''}- ${link(field.path)}`)
    .join('\n');

/** Whether a field is a mapping whose fields have entries of their own. */
export const isMappingField = ({ schema, as }: Field): boolean =>
  as !== undefined || bare(schema) instanceof z.ZodObject;

export function reference(): string {
  const fields = fieldsOf();
  const examples = examplesOf(fields);
  const entries = fields.map((field) => entry(field, examples.get(field)));
  return [
    '# The environment file: every field',
    'Made of the schema by `npm run docs`. Names in angle brackets are yours; `[]` is each entry of a list. What an editor shows is\nthe same text, from `environments/environment.schema.json`. What does not fit is told with a code: [errors](errors.md).',
    contents(fields),
    ...entries,
  ].join('\n\n');
}
