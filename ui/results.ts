/** A picture among what a tool answered. */
export interface Picture {
  type: string;
  base64: string;
}

const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const MOST_PICTURES = 20;

/** The pictures of a result: binary answers as executor keeps them, and the content of MCP tools. */
export function picturesOf(value: unknown): Picture[] {
  if (!isNode(value)) return [];
  const list = Array.isArray(value) ? value : Array.isArray(value.content) ? value.content : [value];
  return list
    .slice(0, MOST_PICTURES)
    .filter(isNode)
    .flatMap(item => {
      const type = String(item.contentType ?? item.mimeType ?? '').split(';', 1)[0] ?? '';
      const base64 = item.base64 ?? item.data;
      return PICTURE.test(type) && typeof base64 === 'string' && /^[A-Za-z0-9+/=\s]+$/.test(base64) ? [{ type, base64 }] : [];
    });
}

/** The texts of an MCP tool's answer, when it is nothing but texts. */
export function textsOf(value: unknown): string[] | undefined {
  const content = isNode(value) && !Array.isArray(value) ? value.content : undefined;
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const texts = content.map(item => (isNode(item) && item.type === 'text' && typeof item.text === 'string' ? item.text : undefined));
  return texts.every(text => text !== undefined) ? texts : undefined;
}

export interface Table {
  /** Where the rows stand in the result, if not at its top. */
  name: string | undefined;
  columns: string[];
  rows: Record<string, unknown>[];
}

const MOST_COLUMNS = 12;

/** The rows and columns of a result that is a list of like objects, or holds exactly one. */
export function tableOf(value: unknown): Table | undefined {
  if (Array.isArray(value)) return rowsIn(value, undefined);
  if (!isNode(value)) return undefined;
  const lists = Object.entries(value).filter(([, item]) => Array.isArray(item) && item.length > 0);
  const [only] = lists;
  return lists.length === 1 && only ? rowsIn(only[1] as unknown[], only[0]) : undefined;
}

function rowsIn(list: unknown[], name: string | undefined): Table | undefined {
  if (list.length === 0 || !list.every(item => isNode(item) && !Array.isArray(item))) return undefined;
  const rows = list as Record<string, unknown>[];
  const counts = new Map<string, number>();
  for (const row of rows.slice(0, 200)) for (const key of Object.keys(row)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const sample = Math.min(rows.length, 200);
  // Columns that most rows have, and that hold something short in the first ones.
  const columns = [...counts]
    .filter(([key, count]) => count >= sample / 2 && rows.slice(0, 5).some(row => isShort(row[key])))
    .map(([key]) => key);
  return columns.length < 2 ? undefined : { name, columns: columns.slice(0, MOST_COLUMNS), rows };
}

const isNode = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isShort = (value: unknown): boolean => value !== null && value !== undefined && typeof value !== 'object';
