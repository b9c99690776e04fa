/** Which address a new task gets, as an elastic network interface in a subnet would. Pure. */
import ipaddr from 'ipaddr.js';
import { type Subnet, TaskCannotStart } from './types';

/** AWS keeps the first four addresses of a subnet and the last; the load balancer's node has the tenth. */
const RESERVED_FIRST = 4;
export const BALANCER_HOST_NUMBER = 10;

export interface Placement {
  readonly address: string;
  readonly subnet: Subnet;
}

/** Hands out the addresses of each subnet in turn, so that an address that was just left rests. */
export class Addresses {
  private readonly last = new Map<string, number>();
  private readonly taken = new Set<string>();

  /**
   * @param subnets the ones that the service names
   * @param zonesInUse zone of each task that the service has; the emptiest zone comes first
   * @throws TaskCannotStart
   */
  take(subnets: readonly Subnet[], zonesInUse: readonly string[]): Placement {
    if (subnets.length === 0) {
      throw new TaskCannotStart(
        'the service names no subnet: give it networkConfiguration.awsvpcConfiguration',
      );
    }
    for (const subnet of byEmptiness(subnets, zonesInUse)) {
      const address = this.freeIn(subnet);
      if (address !== undefined) {
        this.taken.add(address);
        return { address, subnet };
      }
    }
    throw new TaskCannotStart(
      `no free address in ${subnets.map(({ id, cidr }) => `${id} (${cidr})`).join(', ')}`,
    );
  }

  release(address: string): void {
    this.taken.delete(address);
  }

  private freeIn(subnet: Subnet): string | undefined {
    const { first, size } = loopbackBlock(subnet);
    const start = this.last.get(subnet.id) ?? RESERVED_FIRST - 1;
    for (let step = 1; step <= size; step += 1) {
      const host = (start + step) % size;
      const address = addressOf(first + host);
      if (isReserved(host, size) || this.taken.has(address)) continue;
      this.last.set(subnet.id, host);
      return address;
    }
    return undefined;
  }
}

function isReserved(host: number, size: number): boolean {
  return host < RESERVED_FIRST || host === size - 1 || host === BALANCER_HOST_NUMBER;
}

function byEmptiness(subnets: readonly Subnet[], zonesInUse: readonly string[]): Subnet[] {
  const count = (subnet: Subnet) => zonesInUse.filter((zone) => zone === subnet.zone).length;
  return [...subnets].sort((a, b) => count(a) - count(b));
}

function loopbackBlock(subnet: Subnet): { first: number; size: number } {
  const [network, bits] = ipaddr.IPv4.parseCIDR(subnet.cidr);
  if (network.range() !== 'loopback') {
    throw new TaskCannotStart(
      `subnet ${subnet.id} is ${subnet.cidr}: tasks of the sandbox run on loopback addresses only; ` +
        'give the environment a network inside 127.0.0.0/8, as environments/sandbox.yaml does',
    );
  }
  const first = network.toByteArray().reduce((value, byte) => value * 256 + byte, 0);
  return { first, size: 2 ** (32 - bits) };
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}
