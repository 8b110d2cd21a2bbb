import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { FaultError } from '../../machines/schema/fault.ts';
import { type AddressGrade, gradeAddress } from './address.ts';

/** Finds all addresses of a name, as `dns.promises.lookup(name, {all: true})` does. */
export type Resolve = (hostname: string) => Promise<readonly dns.LookupAddress[]>;

/** Names that lead to metadata services where the address alone might not tell (hosts files, split DNS). */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

export const resolveByDns: Resolve = hostname => dns.promises.lookup(hostname, { all: true });

/**
 * Checks what can be said of a target before any name is resolved: scheme, userinfo, well-known names, literal addresses.
 * Throws `egress_refused`.
 */
export function checkTarget(url: URL, allowPrivate: boolean): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`Only http and https addresses can be reached, not ${url.protocol}`, { protocol: url.protocol });
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('An address must not carry a user name or password; give them as a header or a connection', { host: url.host });
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (METADATA_NAMES.has(host)) throw refusedAddress(host, host, 'metadata');
  if (isIP(host) === 0) return;
  const grade = gradeAddress(host);
  if (!isAllowed(grade, allowPrivate)) throw refusedAddress(host, host, grade);
}

/**
 * A `lookup` for `net.connect` that resolves a name once, checks every address, and hands on exactly the checked ones, so that the
 * socket cannot be led elsewhere by a second answer (DNS rebinding). One bad address among good ones refuses the name; only
 * addresses that a NAT64 resolver adds for a public one are left out instead.
 */
export function checkedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      found => {
        let addresses: dns.LookupAddress[];
        try {
          addresses = admit(hostname, found, allowPrivate);
        } catch (error) {
          callback(error as NodeJS.ErrnoException, []);
          return;
        }
        const first = addresses[0];
        if (options.all) callback(null, addresses);
        else if (first) callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function admit(hostname: string, found: readonly dns.LookupAddress[], allowPrivate: boolean): dns.LookupAddress[] {
  const graded = found.map(entry => ({ entry, grade: gradeAddress(entry.address) }));
  const forbidden = graded.find(({ grade }) => grade !== 'translated' && !isAllowed(grade, allowPrivate));
  if (forbidden) throw refusedAddress(hostname, forbidden.entry.address, forbidden.grade);
  const allowed = graded.filter(({ grade }) => isAllowed(grade, allowPrivate));
  const translated = graded[0];
  if (allowed.length === 0 && translated) throw refusedAddress(hostname, translated.entry.address, translated.grade);
  if (allowed.length === 0) throw Object.assign(new Error(`no address found for ${hostname}`), { code: 'ENOTFOUND' });
  return allowed.map(({ entry }) => entry);
}

function isAllowed(grade: AddressGrade, allowPrivate: boolean): boolean {
  return grade === 'public' || (allowPrivate && grade !== 'metadata');
}

function refusedAddress(host: string, address: string, grade: AddressGrade): FaultError {
  const shown = host === address ? host : `${host} (${address})`;
  const details = { host, address, reason: grade };
  if (grade === 'metadata') return refused(`${shown} is a cloud metadata service, which is never reached`, details);
  return refused(`${shown} is not a public address; to reach it all the same, add the source with --allow-private (allowPrivate: true)`, {
    ...details,
    flag: '--allow-private',
  });
}

function refused(message: string, details: Record<string, unknown>): FaultError {
  return new FaultError('egress_refused', message, { details });
}
