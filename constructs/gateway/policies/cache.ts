import { z } from 'zod';

/** Answers that are kept and given again. */
export const cache = z.strictObject({
  ttlSeconds: z.int().min(1).max(86_400).describe('How long an answer is kept.'),
  varyBy: z
    .strictObject({
      headers: z
        .array(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/))
        .max(4)
        .default([])
        .describe('Request headers that make another answer.'),
      query: z
        .array(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/))
        .max(8)
        .optional()
        .describe('Query parameters that make another answer. By default the whole query.'),
      consumer: z.boolean().default(true).describe('Whether each consumer has answers of its own.'),
    })
    .prefault({}),
});
