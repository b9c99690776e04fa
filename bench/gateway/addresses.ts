/** Where everything listens: loopback addresses that no test uses. */
const net = '127.30.70';

export const names = { host: `${net}.1`, port: 5730 };
export const gateways = { pairA: `${net}.11`, pairB: `${net}.12`, alone: `${net}.13` };
export const upstream = `${net}.21:8080`;
export const bare = `${net}.31:8080`;
export const nginx = { proxy: `${net}.41:8080`, key: `${net}.41:8081`, cache: `${net}.41:8082` };
/** Caddy takes a host in an address as a name that is asked for, and so has it apart. */
export const caddy = { host: `${net}.51`, ports: { proxy: 8080, key: 8081 } };
