/** The data plane's constants: what an engine opens, and what the members call each other on. */
export const ports = { traffic: 8080, cache: 8081, peers: 10_000, status: 9000 } as const;

/** First of the ports on the loopback address that lead to the other members' counters. */
export const firstTunnelPort = 10_001;

export const healthPath = '/healthz';
export const metricsPath = '/metrics';

/** Environment variable that the consumers' secret is put into. */
export const consumersVariable = 'CONSUMERS';
