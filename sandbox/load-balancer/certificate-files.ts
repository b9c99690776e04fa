import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BalancerState } from './state';

export interface CertificateFile {
  /** PEM, key and certificate. */
  readonly file: string;
  /** Changes with the content. */
  readonly fingerprint: string;
}

/** The files of all certificates that listeners name; one that is not issued has none. */
export async function certificateFiles(
  state: BalancerState,
  filesOf: (certificateArns: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<ReadonlyMap<string, CertificateFile>> {
  const arns = [...new Set(state.listeners.flatMap(({ tls }) => tls?.certificateArns ?? []))];
  const found = new Map<string, CertificateFile>();
  for (const [arn, file] of await filesOf(arns))
    found.set(arn, {
      file,
      fingerprint: createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    });
  return found;
}

/** Without the listeners that cannot start: AWS would not have let them be made before a certificate is issued. */
export function withCertificates(
  state: BalancerState,
  files: ReadonlyMap<string, CertificateFile>,
): BalancerState {
  const waits = state.listeners.filter(
    ({ tls }) => tls && !tls.certificateArns.some((arn) => files.has(arn)),
  );
  return {
    ...state,
    listeners: state.listeners.filter((listener) => !waits.includes(listener)),
    problems: [
      ...state.problems,
      ...waits.map(({ port }) => `The listener on port ${port} waits: none of its certificates is issued.`),
    ],
  };
}
