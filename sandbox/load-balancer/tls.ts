import { quote } from './quote';
import type { ListenerTls } from './state';

/** Oldest first. AWS and HAProxy name them alike. */
const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

export interface BindTls {
  readonly words: readonly string[];
  readonly comments: readonly string[];
}

/** The words after `bind <address>` that make the listener speak TLS as its security policy says. */
export function bindTls(
  tls: ListenerTls,
  http2: boolean,
  certificates: ReadonlyMap<string, { readonly file: string; readonly fingerprint: string }>,
): BindTls {
  const files = tls.certificateArns.flatMap((arn) => certificates.get(arn) ?? []);
  const known = versions.filter((version) => tls.policy.protocols.includes(version));
  const modern = tls.policy.ciphers.filter((cipher) => cipher.startsWith('TLS_'));
  const classic = tls.policy.ciphers.filter((cipher) => !cipher.startsWith('TLS_'));
  // OpenSSL's default security level refuses TLS 1.0 and 1.1, which some of AWS's policies still allow.
  const level = known[0] === 'TLSv1' || known[0] === 'TLSv1.1' ? ['@SECLEVEL=0'] : [];
  return {
    words: [
      'ssl',
      ...files.map(({ file }) => `crt ${quote(file)}`),
      `alpn ${http2 ? 'h2,http/1.1' : 'http/1.1'}`,
      `ssl-min-ver ${minimum(known[0])}`,
      `ssl-max-ver ${minimum(known.at(-1))}`,
      ...(classic.length > 0 ? [`ciphers ${quote([...classic, ...level].join(':'))}`] : []),
      ...(modern.length > 0 ? [`ciphersuites ${quote(modern.join(':'))}`] : []),
    ],
    comments: files.map(({ fingerprint }) => `# certificate ${fingerprint}`),
  };
}

/** HAProxy writes TLSv1.0 where AWS writes TLSv1. */
function minimum(version: string | undefined): string {
  return version === 'TLSv1' ? 'TLSv1.0' : (version ?? 'TLSv1.2');
}
