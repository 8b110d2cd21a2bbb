/** How a body of a media type is written and read. */
export type Family = 'json' | 'ndjson' | 'form' | 'multipart' | 'text' | 'sse' | 'binary';

/** The media type without its parameters, in lower case. */
export const essence = (type: string): string => type.split(';', 1)[0]!.trim().toLowerCase();

const TEXTUAL = /^text\/|[/+](xml|ya?ml|javascript|ecmascript|graphql|sql|csv|toml)$|^application\/(x-yaml|jwt|x-pem-file|jose|sdp)$/;

export function familyOf(type: string): Family {
  const name = essence(type);
  if (/^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-seq|stream\+json|x-json-stream)$/.test(name)) return 'ndjson';
  if (/[/+](x-)?json$/.test(name) || /[/.+-]json[.+-]/.test(name)) return 'json';
  if (name === 'application/x-www-form-urlencoded') return 'form';
  if (name.startsWith('multipart/')) return 'multipart';
  if (name === 'text/event-stream') return 'sse';
  return TEXTUAL.test(name) ? 'text' : 'binary';
}

/** True for ranges such as `image/*`: the caller has to say which it is. */
export const isRange = (type: string): boolean => type.includes('*');

const ORDER: readonly ((type: string) => boolean)[] = [
  type => type === 'application/json',
  type => type === 'application/merge-patch+json',
  type => familyOf(type) === 'json' && type !== 'application/json-patch+json',
  type => familyOf(type) === 'form',
  type => familyOf(type) === 'multipart',
  type => familyOf(type) === 'json',
  type => familyOf(type) === 'ndjson',
  type => familyOf(type) === 'text' && !/xml|ya?ml/.test(type),
  type => familyOf(type) === 'text',
  type => !isRange(type),
];

/** How good a media type is to send, the lowest being the best: what arguments map onto most faithfully comes first. */
export function preference(type: string): number {
  const rank = ORDER.findIndex(fits => fits(essence(type)));
  return rank < 0 ? ORDER.length : rank;
}
