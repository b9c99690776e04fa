import { z } from 'zod';
import { instanceCounts } from '../fields';

/**
 * A new version of an API beside the one that serves, for some of the callers:
 *
 * ```yaml
 * apis:
 *   orders:
 *     image: ghcr.io/example/orders:1.4.2
 *     canary: { image: 'ghcr.io/example/orders:1.5.0', percent: 5 }
 * ```
 * Writing it starts a service `<api>-canary`, with all that the API says itself but for what is said here; when that
 * is steady, the gateways are deployed one after the other. Each change of `percent` is such a deployment of the
 * gateways. To end it, take it out (and, to keep the new version, make its image the API's): the gateways let go of
 * the service first, then it is removed.
 *
 * A caller has the same version at every gateway and for as long as `percent` stays; whoever has the new one keeps it
 * when `percent` grows. A caller is a consumer or, where an API is public, a client's address.
 */
export const canary = (image: z.ZodString, environment: z.ZodRecord<z.ZodString, z.ZodString>) =>
  z.strictObject({
    image: image.describe('Container image of the new version, with its tag or digest.'),
    percent: z
      .int()
      .min(1)
      .max(50)
      .describe('Share of the callers that get the new version. Without a healthy instance of it, none.'),
    instances: z
      .strictObject(instanceCounts(1))
      .prefault({})
      .describe('How many instances of the new version run.'),
    environment: environment
      .default({})
      .describe("Environment variables beside the API's own, or instead of them."),
  });
