import { FaultError } from '../machines/schema/fault.ts';
import type { SourceInput } from '../machines/schema/source.ts';

/** What of an adding goes on record: of headers and environment the names. */
export const toldOf = ({ headers, env, spec, ...rest }: SourceInput) => ({
  ...rest,
  ...(typeof spec === 'string' && spec.length < 2048 && { spec }),
  ...(headers && { headers: Object.keys(headers) }),
  ...(env && { env: Object.keys(env) }),
});

export const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Where the description is, out of the many ways to say it.
 * @throws FaultError invalid_arguments when it is nowhere
 */
export function described({ url, spec, baseUrl }: SourceInput): { url?: string; text?: string; baseUrl?: string } {
  const isAddress = typeof spec === 'string' && /^https?:\/\/\S+$/i.test(spec.trim());
  // A document that is given says what the API can do, the address beside it where it answers.
  if (spec !== undefined && !isAddress) {
    const text = typeof spec === 'object' ? JSON.stringify(spec) : spec;
    return url === undefined ? { text } : { text, url: addressOf(url) };
  }
  const at = isAddress ? spec.trim() : url;
  if (isAddress && url !== undefined && url !== at && baseUrl === undefined) return { url: addressOf(at), baseUrl: url };
  return { url: addressOf(at) };
}

function addressOf(address: string | undefined): string {
  if (address === undefined)
    throw new FaultError('invalid_arguments', 'give a "url", or a "spec" (a URL, a JSON or YAML text, or an object)');
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new FaultError('invalid_arguments', `"${address}" is no http(s) address`);
  }
  return address;
}

export function baseUrlOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl) || !/^https?:/i.test(baseUrl))
    throw new FaultError('invalid_arguments', `baseUrl: "${baseUrl}" is no http(s) address`);
  return baseUrl.replace(/\/+$/, '');
}
