import { type Field, nullable } from './schema.ts';

const words = (list: string): ReadonlySet<string> => new Set(list.toLowerCase().split(' '));

/** What tells a thing apart and what it is called. */
const FIRST = words(
  'id name title login key slug code number iid handle username email url webUrl uri state status type kind label displayName ' +
    'fullName nameWithOwner identifier message field path value amount currency currencyCode price total success ok errors count totalCount',
);
/** What it says and when. */
const SECOND = words(
  'description summary body text content comment createdAt updatedAt publishedAt closedAt mergedAt startedAt endedAt date dueDate ' +
    'priority private archived isPrivate isArchived isDraft',
);
/** Other forms of what is there already, what only machines need, and what is nobody's business unasked. */
const LAST =
  /^(?:_|clientMutationId$|cursor$|viewer(?:Can|Has|Is|Did)|fullDatabaseId$|databaseId$|bodyText$|metadata)|(?:HTML|Html|ourcePath|Base64|Markdown|Metadata|Metafields?|Secret|Token|Password)$/;

/** How much a field says of its object, from 0 to 5; less is more. */
export function usefulness({ name, type }: Field, isEnum: boolean): number {
  const low = name.toLowerCase();
  if (FIRST.has(low)) return 0;
  if (SECOND.has(low)) return 1;
  if (LAST.test(name)) return 5;
  const plain = nullable(type);
  if (isEnum || plain === 'Int') return 2;
  // Of flags there are many, and most are off.
  if (plain === 'Boolean' || /Json|JSON|HTML|Blob/.test(plain)) return 4;
  return 3;
}

/** Worth asking for even when there is little room. */
export const LEAST_TELLING = 5;
