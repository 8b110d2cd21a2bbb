/** What a call goes to, as a person agrees to it: the origin of an address, or a command as a whole. */
export const originOf = (url: string): string => (url.startsWith('stdio:') ? url : new URL(url).origin);
