import { z } from 'zod';
import { name } from '../fields';
import { variables } from './api';

const standIn = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Program and arguments that serve the API on this machine, from the project folder: `[node, dist/server.js]`. It must listen on the address in `TASK_ADDRESS`, and on `port`.',
    ),
  environment: variables
    .default({})
    .describe(
      "Environment variables on this machine, beside the API's own or instead of them and of `secrets`.",
    ),
});

/**
 * What `stagecraft up` runs on this machine, which has no container engine, in place of an API's image. An account never
 * sees it.
 *
 * ```yaml
 * sandbox:
 *   apis:
 *     orders: sample
 *     catalog: { command: [node, dist/server.js], environment: { DATABASE_URL: postgres://localhost/shop } }
 * ```
 */
export const sandbox = z.strictObject({
  apis: z
    .record(
      name(20),
      z.union([
        z.literal('sample').describe("The sample API in the image's place: it tells who answered."),
        standIn,
      ]),
    )
    .default({})
    .describe(
      "What runs in place of an API's image: `sample`, the sample API, or a command of this machine. By default the API's own `command`.",
    ),
});
