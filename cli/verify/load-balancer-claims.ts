/** What the load balancer adds: TLS, the redirect, several instances, routing. */
import { connect, type TLSSocket } from 'node:tls';
import { type ApiEndpoint, type Claim, expectThat, NotShown, type VerifyContext } from './claim';
import { callerHeaders, firstUrl } from './requests';

interface Handshake {
  readonly protocol: string | null;
  readonly authorized: boolean;
  readonly names: string;
  readonly validTo: string;
}

/** Opens a TLS connection, says what was agreed, and closes it. */
function handshake(
  context: VerifyContext,
  url: URL,
  versions: { min?: 'TLSv1.2'; max?: 'TLSv1.1' | 'TLSv1.2' },
): Promise<Handshake> {
  const address = context.http.addressOf(url);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: address.host,
      port: address.port,
      servername: url.hostname,
      ca: context.http.options.ca,
      rejectUnauthorized: false,
      timeout: 10_000,
      ...(versions.max === 'TLSv1.1'
        ? { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
        : { minVersion: versions.min, maxVersion: versions.max }),
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      resolve({
        protocol: socket.getProtocol(),
        authorized: socket.authorized,
        names: certificate.subjectaltname ?? '',
        validTo: certificate.valid_to,
      });
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('no TLS handshake within 10 s')));
    socket.once('error', reject);
  });
}

const tlsVersion: Claim = {
  id: 'tls',
  title: 'TLS 1.2 or newer ends at the load balancer, with a certificate for the host',
  stages: ['load-balanced', 'gateway'],
  async check(context) {
    const url = new URL(firstUrl(context));
    const agreed = await handshake(context, url, {});
    expectThat(agreed.authorized, `the certificate for ${agreed.names || 'no name'} is not trusted`);
    expectThat(
      agreed.protocol === 'TLSv1.3' || agreed.protocol === 'TLSv1.2',
      `agreed on ${agreed.protocol}`,
    );
    const old = await handshake(context, url, { max: 'TLSv1.1' }).catch(() => undefined);
    expectThat(old === undefined, `TLS 1.1 was accepted (${old?.protocol})`);
    return `${agreed.protocol}, ${agreed.names}, until ${agreed.validTo}; TLS 1.1 refused`;
  },
};

const redirect: Claim = {
  id: 'redirect',
  title: 'Plain HTTP is redirected to HTTPS',
  stages: ['load-balanced', 'gateway'],
  async check(context) {
    if (!context.plainUrl) throw new NotShown('no plain HTTP address is known for this endpoint');
    const answer = await context.http.ask(context.plainUrl);
    expectThat(answer.status === 301, `answered ${answer.status}`);
    const location = answer.headers.location ?? '';
    expectThat(location.startsWith('https://'), `redirects to ${location || 'nowhere'}`);
    return `301 to ${location}`;
  },
};

const notFound: Claim = {
  id: 'not-found',
  title: 'A path that belongs to no API is answered 404',
  stages: ['load-balanced', 'gateway'],
  async check(context) {
    if (context.endpoints.some((endpoint) => endpoint.api.paths.includes('/'))) {
      throw new NotShown('an API takes every path');
    }
    const answer = await context.http.ask(new URL('/no-such-api', firstUrl(context)).href);
    expectThat(answer.status === 404, `answered ${answer.status}`);
    return `404 ${answer.headers['content-type'] ?? ''}`.trim();
  },
};

const routing: Claim = {
  id: 'routing',
  title: 'Each API answers on its own path',
  stages: ['load-balanced', 'gateway'],
  ofPair: true,
  async check(context) {
    const seen: string[] = [];
    for (const endpoint of context.endpoints) {
      const url = endpoint.urls[0];
      if (!url) continue;
      const answer = await context.http.ask(url, { headers: callerHeaders(context, endpoint) });
      expectThat(answer.status < 500 && answer.status !== 404, `${url} answered ${answer.status}`);
      const said = answer.json?.api;
      expectThat(said === undefined || said === endpoint.name, `${url} was answered by ${String(said)}`);
      seen.push(`${new URL(url).pathname} ${answer.status}`);
    }
    return seen.join(', ');
  },
};

/** Names of the instances that answer; the API has to say so in a JSON field `instance`. */
async function instancesOf(
  context: VerifyContext,
  endpoint: ApiEndpoint,
  requests: number,
): Promise<Map<string, number>> {
  const url = endpoint.urls[0] as string;
  const seen = new Map<string, number>();
  for (let i = 0; i < requests; i++) {
    const answer = await context.http.ask(`${url}?verify=${process.pid}-${Date.now()}-${i}`, {
      headers: callerHeaders(context, endpoint),
    });
    if (answer.status === 429) break;
    const instance = answer.json?.instance;
    if (typeof instance !== 'string')
      throw new NotShown('the API does not say which instance answers (JSON field `instance`)');
    seen.set(instance, (seen.get(instance) ?? 0) + 1);
  }
  return seen;
}

const distribution: Claim = {
  id: 'distribution',
  title: 'Requests are spread over the instances of an API',
  stages: ['load-balanced', 'gateway'],
  async check(context) {
    const several = context.endpoints.filter(({ api }) => 'image' in api && api.instances.min > 1);
    const endpoint = several.find((one) => !one.api.policies.rateLimit) ?? several[0];
    if (!endpoint) throw new NotShown('no API has two instances');
    const seen = await instancesOf(context, endpoint, 12);
    expectThat(seen.size >= 2, `only ${[...seen.keys()].join(', ') || 'nobody'} answered`);
    return `${endpoint.name}: ${[...seen.values()].join(' + ')} requests over ${seen.size} instances`;
  },
};

export const loadBalancerClaims: readonly Claim[] = [tlsVersion, redirect, notFound, routing, distribution];
