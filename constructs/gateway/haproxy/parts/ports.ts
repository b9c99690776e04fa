/** The data plane's constants: what an engine opens, and what the members call each other on. */
export const ports = { traffic: 8080, cache: 8081, peers: 10_000, status: 9000 } as const;

/** On the loopback address: where the start script tells HAProxy to drain, and asks what it knows of the servers. */
export const controlPort = 9001;
/** On the loopback address: leads to the new version of an API. */
export const canaryPort = 9003;

/** First of the ports on the loopback address that lead to the other members' counters. */
export const firstTunnelPort = 10_001;

export const healthPath = '/healthz';
export const metricsPath = '/metrics';

/** Environment variable that the consumers' secret is put into. */
export const consumersVariable = 'CONSUMERS';
