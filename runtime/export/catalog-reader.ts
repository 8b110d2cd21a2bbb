import { FaultError } from '../../machines/schema/fault.ts';
import type { JsonSchema, Tool } from '../../machines/schema/tool.ts';
import type { KnownSources } from '../known-sources.ts';
import type { Store } from '../store.ts';

/** What of the catalog is exported: everything, or one source, and of that what the principal may see. */
export interface Selection {
  readonly source?: string;
  readonly isShown: (tool: Tool) => boolean;
}

/** One source's part of the catalog, read from what is stored; in the order of paths, so that the same catalog gives the same bytes. */
export interface Part {
  readonly namespace: string;
  readonly name: string;
  tools(): AsyncIterable<Tool>;
  definitions(): AsyncIterable<[name: string, schema: JsonSchema]>;
}

/**
 * The sources of a selection, by namespace.
 * @throws FaultError source_not_found when the selection names one that is not there
 */
export function partsOf(store: Store, sources: KnownSources, { source, isShown }: Selection): Part[] {
  if (source !== undefined && sources.revision(source) === undefined && !sources.get(source)) {
    throw new FaultError('source_not_found', `there is no source ${source}`);
  }
  return sources.all().flatMap(({ id, context }) => {
    const revision = sources.revision(id);
    if (revision === undefined || (source !== undefined && id !== source)) return [];
    const range = { gte: `${id}!${revision}!`, lt: `${id}!${revision}"` };
    return [
      {
        namespace: id,
        name: context.name,
        async *tools() {
          for await (const json of each(store.tool.values({ ...range, ...AHEAD }))) {
            const tool = JSON.parse(json) as Tool;
            if (isShown(tool)) yield tool;
          }
        },
        async *definitions() {
          for await (const [key, json] of each(store.definition.iterator({ ...range, ...AHEAD }))) {
            yield [key.slice(range.gte.length), JSON.parse(json) as JsonSchema] as [string, JsonSchema];
          }
        },
      },
    ];
  });
}

/** A row at a time would cost more in waiting for the store than in reading it. */
const AHEAD = { highWaterMarkBytes: 1024 * 1024 };
const AT_ONCE = 200;

async function* each<Row>(rows: { nextv(size: number): Promise<Row[]>; close(): Promise<void> }): AsyncGenerator<Row> {
  try {
    for (let some = await rows.nextv(AT_ONCE); some.length > 0; some = await rows.nextv(AT_ONCE)) yield* some;
  } finally {
    await rows.close();
  }
}
