const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** A text within XML. */
export const xml = (text: string): string => text.replace(/[&<>"']/g, character => ENTITIES[character]!);
