/** Arithmetic on IPv4 blocks. */
import { IPv4 } from 'ipaddr.js';

export interface Block {
  /** First address, as a number. */
  readonly first: number;
  /** Length of the prefix. */
  readonly bits: number;
}

const number = (address: IPv4): number => address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
const text = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

export const size = (block: Block): number => 2 ** (32 - block.bits);
export const formatBlock = (block: Block): string => `${text(block.first)}/${block.bits}`;

/** Undefined when the text is no block. The first address is the one written, network address or not. */
export function parseBlock(cidr: string): Block | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined;
  const [address, bits] = IPv4.parseCIDR(cidr);
  return { first: number(address), bits };
}

/** The block that an address of it belongs to. */
export const networkOf = (block: Block): Block => ({
  first: block.first - (block.first % size(block)),
  bits: block.bits,
});

export const contains = (outer: Block, inner: Block): boolean =>
  inner.first >= outer.first && inner.first + size(inner) <= outer.first + size(outer);

/** One of the 16 equal parts of a block. */
export function sixteenth(block: Block, index: number): Block {
  const bits = block.bits + 4;
  return { first: block.first + index * 2 ** (32 - bits), bits };
}
