import { z } from 'zod';

/** Methods that a route may name. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type RouteMethod = (typeof methods)[number];

/** Where GET is taken, HEAD is too (RFC 9110, section 9.3.2). */
export const withHead = <Method extends string>(taken: readonly Method[]): readonly (Method | 'HEAD')[] =>
  taken.includes('GET' as Method) && !taken.includes('HEAD' as Method) ? [...taken, 'HEAD'] : taken;

/** A path as clients ask for it: words, `{name}` for one segment, and `{name+}` as the last for all that follow. */
export const pathTemplate = z
  .string()
  .max(200)
  .regex(
    /^\/$|^(?:\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+|\{[A-Za-z0-9_]{1,40}\}))*(?:\/\{[A-Za-z0-9_]{1,40}\+\})?$/,
    'a path such as /orders, /orders/{id} or /orders/{rest+}, without a slash at the end',
  )
  .refine((path) => path !== '', 'a path such as /orders, /orders/{id} or /orders/{rest+}');

/**
 * Which requests of the API a route takes: those with one of its methods and one of its paths. As in Amazon API
 * Gateway, `/orders/{id}` takes exactly one more segment and `/orders/{rest+}` one or more. Letters count in either
 * case, and a slash at the end makes no difference. Of several routes the more specific one takes a request.
 */
export const routeMatch = {
  methods: z
    .array(z.enum(methods))
    .min(1)
    .optional()
    .describe('Methods that it takes; GET takes HEAD too. By default any.'),
  paths: z
    .array(pathTemplate)
    .min(1)
    .optional()
    .describe('Paths that it takes, such as /orders/{id}. By default all of the API.'),
};
