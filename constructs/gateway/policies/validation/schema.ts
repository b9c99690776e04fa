import { z } from 'zod';
import { schemaProblems } from '../../json-schema/compile';
import { longestPattern, patternProblem } from '../../pattern';
import { requestHeader } from '../request-header';
import { methods } from '../route';

/**
 * A regular expression for the whole of a value, as JavaScript has them (flags `u` and `s`), of these parts: printable
 * ASCII, `.`, `[…]`, `\d`, `\w`, groups, `|`, and `? * + {n} {n,} {n,m}` up to 255. `^` and `$` at the ends may be
 * written or left out. It is at most 200 characters. Look-around and references back are not taken.
 *
 * What could take long is refused: of a pattern that is taken, a program that tries one way after the other tries three
 * million characters at most, for whatever value of up to 1024 bytes; that is 1 to 4 ms. So two neighbours may take the
 * same text, as in `[^@]+@[^@]+\.[^@]+`, but not three (`.*a.*b.*`), and no repetition in a repetition may read the same
 * text in many ways (`(a+)+`). Bounds help: `.{1,20}@.{1,20}\..{1,20}` is taken. The refusal names the parts.
 */
const pattern = z
  .string()
  .max(longestPattern)
  .superRefine((text, context) => {
    const why = patternProblem(text);
    if (why !== undefined)
      context.addIssue({ code: 'custom', message: `The pattern cannot be used. ${why}` });
  });

const largestInteger = 999_999_999_999_999;
const integer = z.int().min(-largestInteger).max(largestInteger);

/** What a value must be; all that is written must hold. A value has at most 1024 bytes, and no control characters. */
const checks = {
  pattern: pattern.optional().describe('Regular expression for the whole value, such as `[a-z]{2}-\\d+`.'),
  enum: z
    .array(
      z
        .string()
        .max(128)
        .regex(/^[ -~]+$/, 'printable ASCII characters'),
    )
    .min(1)
    .max(32)
    .optional()
    .describe('Values of which it must be one, letter for letter.')
    .meta({ examples: [['open', 'shipped']] }),
  integer: z
    .strictObject({
      minimum: integer.default(0).describe('The least.'),
      maximum: integer.default(largestInteger).describe('The greatest.'),
    })
    .optional()
    .describe('A whole number in decimal digits, without a plus sign or zeros before it.'),
} as const;

const value = z.strictObject(checks);
export type ValueCheck = z.output<typeof value>;

const parameter = z.strictObject({
  required: z.boolean().default(false).describe('Whether a request without it is refused.'),
  ...checks,
});

/** Largest body that is read: a gateway has it in memory as a whole, beside the largest head. */
export const largestJsonBytes = 12 * 1024;

/**
 * A JSON Schema, 2020-12. What one pass over a body can tell is checked: `type`, `enum`, `const`, `minimum`, `maximum`,
 * `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf` (whole numbers), `minLength`, `maxLength`, `pattern`, `format`
 * (`date`, `time`, `date-time`, `uuid`, `ipv4`, `ipv6`), `items`, `minItems`, `maxItems`, `uniqueItems`, `required`,
 * `properties`, `additionalProperties`, `minProperties`, `maxProperties`, and `$ref` to `#` or `#/$defs/…`, which may
 * go round. `title`, `description`, `$comment`, `default`, `examples` and `deprecated` decide nothing. Any other keyword
 * is refused by its name, as are schemas beside a `$ref`.
 *
 * A `format` is checked, not only noted. A `pattern` is one as for headers, and as JSON Schema has it: without `^` and
 * `$` it may stand anywhere in the text, and `.` takes no end of a line. It is read as a machine of states, at most
 * 10,000 steps large, in a time that grows with the text alone. Whole numbers of a schema are exact up to
 * 9007199254740991, those of a body up to 64 bits. At most 500 schemas, of which 32 may stand one in another.
 */
const jsonSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  for (const { path, message } of schemaProblems(schema))
    context.addIssue({ code: 'custom', path: [...path], message });
});

const parameterName = z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, 'letters, digits and _ . -, 40 at most');

/**
 * What a request must look like before it reaches the API. It is looked at after the limit and counts against it, whatever
 * it looks like: looking takes time, which nobody may have without end. What is not as it must be is answered by the
 * gateway, with a problem (RFC 9457) that names what is wrong, and in the log's `deny` the reason in one word.
 *
 * Of HTTP this is the part that a gateway can check with certainty, as the API will read it. What could be read in more
 * than one way is refused: a validated parameter or header that is sent twice, a parameter's name with characters
 * encoded that need not be, a `;` in the query. Values of the query are compared as an HTML form writes them: `%41` is
 * `A`, and `+` a space.
 *
 * Not checked here: XML, forms and parts of a multipart body, JSON bodies of more than 12 KiB, what one pass cannot tell
 * (`anyOf`, `if`, …), and what the API answers. Do that in the API, with a validator for its OpenAPI document.
 */
export const validation = z.strictObject({
  methods: z
    .array(z.enum(methods))
    .min(1)
    .optional()
    .describe('Methods that are taken; GET takes HEAD too. Others get 405 and `Allow`. By default any.'),
  contentTypes: z
    .array(
      z
        .string()
        .max(80)
        .regex(
          /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/,
          'a media type in lower case without parameters, such as application/json',
        ),
    )
    .min(1)
    .max(16)
    .optional()
    .describe(
      'Media types that a body may have, with whatever parameters. A body of another type, or of none, gets 415. A request without a body needs no type.',
    ),
  requiredHeaders: z
    .record(requestHeader, value)
    .optional()
    .describe(
      'Headers that a request must have, once each, and what their values must be; `{}` for any value.',
    ),
  query: z
    .strictObject({
      parameters: z.record(parameterName, parameter).default({}).describe('Parameters, by name.'),
      additional: z
        .enum(['refuse', 'allow'])
        .default('refuse')
        .describe('Whether other parameters may be sent.'),
    })
    .optional()
    .describe('The query string. What is wrong with it gets 400.'),
  pathParameters: z
    .record(z.string().regex(/^\w{1,40}$/, 'letters, digits and _, 40 at most'), value)
    .optional()
    .describe(
      "What the `{name}` of a route's paths must be, as one segment and decoded. Only at a route. Others get 400.",
    ),
  maxBodyBytes: z
    .int()
    .min(0)
    .max(10_737_418_240)
    .optional()
    .describe('Largest body. Larger ones get 413, before any of it is read.'),
  requireLength: z
    .boolean()
    .optional()
    .describe(
      'Whether a body must say its length (Content-Length); one in chunks then gets 411. By default so when `maxBodyBytes` is set and the body is not read, since one in chunks cannot be measured before it is passed on. A load balancer hands on in chunks what came by HTTP/2 without a length.',
    ),
  body: z
    .strictObject({ schema: jsonSchema.describe('JSON Schema that the body must match.') })
    .optional()
    .describe(
      'What the body of each POST, PUT and PATCH (and of other requests with a body) must be: JSON that matches a schema. It is read once, strictly: a name twice in an object, text behind the end, a number that is none, half a surrogate pair, bytes that are not UTF-8, and more than 32 lists and objects one in another are refused. At most `maxBodyBytes`, by default and at most 12288 bytes, with a length or in chunks; it must be there in 10 s. The body must be `application/json`, or what `contentTypes` says, and not compressed. What is wrong gets 400, with a problem whose `errors` have the keyword and a pointer (RFC 6901) to the first fault.',
    ),
  requiredJsonFields: z
    .array(
      z
        .string()
        .max(100)
        .regex(
          /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*){0,4}$/,
          'names of letters, digits, _ and -, with dots between nested ones, such as customer.id',
        ),
    )
    .min(1)
    .max(16)
    .optional()
    .describe(
      'The short form: fields that the JSON body must have, each a string, a number, true, false or a list. The body is read as with `body`, and both may be said.',
    ),
});
export type Validation = z.output<typeof validation>;

/** Whether a body is read, and not only measured. */
export const readsBody = ({ body, requiredJsonFields }: Validation): boolean =>
  body !== undefined || requiredJsonFields !== undefined;

/** Types that are taken, when the policy says so or is to look into JSON. */
export const bodyTypes = (validation: Validation): readonly string[] | undefined =>
  validation.contentTypes ?? (readsBody(validation) ? ['application/json'] : undefined);
