/** An error that a person can act on. Printed without a stack trace. */
export class UserError extends Error {}
