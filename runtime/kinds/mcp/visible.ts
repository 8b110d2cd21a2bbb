/**
 * Characters a person does not see and a model does: zero-width and directional ones, the tag block that spells hidden ASCII, variation
 * selectors beyond the emoji's, and control characters but tab and line feed.
 * @see https://www.unicode.org/reports/tr36/
 */
const INVISIBLE = new RegExp(
  [
    '[\\p{Cf}\\p{Co}\\p{Cn}\\u2028\\u2029]',
    '(?![\\t\\n])\\p{Cc}',
    // Letters and marks that leave no trace: fillers, joiners of glyphs, variation selectors (the emoji's own stays).
    '\\u034f|\\u115f|\\u1160|\\u17b4|\\u17b5|[\\u180b-\\u180f]|\\u3164|\\uffa0|[\\ufe00-\\ufe0e]|[\\u{e0100}-\\u{e01ef}]',
  ].join('|'),
  'gu',
);

/** What is left between such marks in Markdown is not shown to people either. */
const COMMENTS = /<!--[\s\S]*?(?:-->|$)/g;

/** A text as a person would see it: what only a model would read is taken out (WANTS, row 23). */
export const visible = (text: string): string => text.replace(/\r\n?/g, '\n').replace(COMMENTS, '').replace(INVISIBLE, '');

/** Keywords of JSON Schema whose text is written for whoever reads the schema. */
const TEXTS = new Set(['title', 'description', '$comment']);

/** A schema whose texts hide nothing. Names and values are left as they are: the server must get them back unchanged. */
export function visibleSchema<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(visibleSchema) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      TEXTS.has(key) && typeof value === 'string' ? visible(value) : visibleSchema(value),
    ]),
  ) as T;
}
