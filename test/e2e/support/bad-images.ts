/** Images that cannot serve, as commands of the sample environment's second API. */

/** Listens, and answers 500 to all. */
export const NEVER_HEALTHY =
  "require('node:http').createServer((q, s) => { s.statusCode = 500; s.end() }).listen(8080, process.env.TASK_ADDRESS)";
/** Ends before it has listened. */
export const CRASHING = 'setTimeout(() => process.exit(3), 300)';

/** @param text `environments/sandbox.yaml` */
export function withBadCatalog(text: string, script: string): string {
  const at = text.indexOf('\n  catalog:');
  const bad = text
    .slice(at)
    .replace(/command: .*/, () => `command: [node, -e, ${JSON.stringify(script)}]`)
    // Its checks count from the beginning: nobody waits for an image that is known to be bad.
    .replace('timeoutSeconds: 2 }', 'timeoutSeconds: 2, graceSeconds: 0 }');
  return text.slice(0, at) + bad;
}
