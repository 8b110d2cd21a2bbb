import ipaddr from 'ipaddr.js';

/**
 * What may be done with an address: `public` is reachable for everybody, `translated` carries a public IPv4 address inside an IPv6 one
 * (refused as a target, ignored beside a public one), `private` needs the source's consent, `metadata` is never reached.
 */
export type AddressGrade = 'public' | 'translated' | 'private' | 'metadata';

/** Cloud metadata and credential services. Some lie in public space, so the range alone does not tell. */
const METADATA = [
  '169.254.169.0/24', // AWS, Google, Azure, DigitalOcean, Oracle, OpenStack
  '169.254.170.0/24', // AWS ECS and EKS task credentials
  '169.254.42.42/32', // Scaleway
  '169.254.0.23/32', // Tencent
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle classic
  '168.63.129.16/32', // Azure wire server
  'fd00:ec2::/32', // AWS
  'fd20:ce::254/128', // Google
  'fd00:42::42/128', // Scaleway
  'fe80::a9fe:a9fe/128', // OpenStack
].map(range => ipaddr.parseCIDR(range));

const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Grades an address by its bytes, whatever form it is written in. What is no address counts as private. */
export function gradeAddress(address: string): AddressGrade {
  if (!ipaddr.isValid(address)) return 'private';
  const parsed = ipaddr.parse(address);
  if (isMetadata(parsed)) return 'metadata';
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' ? 'public' : 'private';
  const carried = carriedIPv4(parsed.toByteArray()).map(bytes => ipaddr.fromByteArray(bytes));
  if (carried.some(isMetadata)) return 'metadata';
  if (carried.length > 0) return carried.every(inner => inner.range() === 'unicast') ? 'translated' : 'private';
  return parsed.range() === 'unicast' && parsed.match(GLOBAL_UNICAST) ? 'public' : 'private';
}

/** True for an address that any source may be sent to. */
export function isPublicAddress(address: string): boolean {
  return gradeAddress(address) === 'public';
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return METADATA.some(range => range[0].kind() === address.kind() && address.match(range));
}

/** Where IPv4 addresses hide in an IPv6 one: a prefix in hex, and the positions of the four bytes. */
const CARRIERS: readonly (readonly [prefix: string, start: number, at: readonly number[], flip?: number])[] = [
  ['000000000000000000000000', 0, [12, 13, 14, 15]], // compatible, RFC 4291 section 2.5.5.1
  ['00000000000000000000ffff', 0, [12, 13, 14, 15]], // mapped, RFC 4291 section 2.5.5.2
  ['0000000000000000ffff0000', 0, [12, 13, 14, 15]], // translated, RFC 2765
  ['0064ff9b0000000000000000', 0, [12, 13, 14, 15]], // NAT64, RFC 6052
  ['0064ff9b0001', 0, [6, 7, 9, 10]], // local NAT64 (RFC 8215), with each prefix length of RFC 6052
  ['0064ff9b0001', 0, [7, 9, 10, 11]],
  ['0064ff9b0001', 0, [9, 10, 11, 12]],
  ['0064ff9b0001', 0, [12, 13, 14, 15]],
  ['2002', 0, [2, 3, 4, 5]], // 6to4, RFC 3056
  ['20010000', 0, [4, 5, 6, 7]], // Teredo's server, RFC 4380
  ['20010000', 0, [12, 13, 14, 15], 0xff], // Teredo's client, inverted
  ['00005efe', 8, [12, 13, 14, 15]], // ISATAP, RFC 5214
  ['02005efe', 8, [12, 13, 14, 15]],
];

function carriedIPv4(bytes: readonly number[]): number[][] {
  const hex = bytes.map(byte => byte.toString(16).padStart(2, '0')).join('');
  return CARRIERS.filter(([prefix, start]) => hex.startsWith(prefix, start * 2)).map(([, , at, flip = 0]) =>
    at.map(position => (bytes[position] ?? 0) ^ flip),
  );
}
