import { Type } from '@sinclair/typebox';
import type { Polka } from 'polka';
import { toFault } from '../../../machines/schema/fault.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import { door, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

/** A catalog is told by the page; a search goes no deeper than this. */
const PAGE = 1000;
const FOUND = 1000;

const decisionsInput = door(
  Type.Object({ paths: Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: 200 }) }, { additionalProperties: false }),
);

/** The shape of a catalog for those who draw it whole: every tool in little room, and what is decided of those in view. */
export function outlineRoutes(app: Polka, http: Http): void {
  const { tools, policies } = http.runtime;

  async function* hits(source: string | undefined, q: string | undefined, principal: Principal) {
    for (let cursor: string | undefined, seen = 0; ; ) {
      const page = await tools.search({ limit: PAGE, principal, ...(source && { source }), ...(q && { q }), ...(cursor && { cursor }) });
      yield* page.items;
      seen += page.items.length;
      if (page.nextCursor === undefined || (q && seen >= FOUND)) return;
      cursor = page.nextCursor;
      // Others have their turn between pages.
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  app.get('/api/outline', async (req, res) => {
    const principal = principalOf(req, http);
    const { source, q } = req.query;
    const groups = new Map<string, [name: string, effect: string, description: string][]>();
    let total = 0;
    for await (const { path, effect, description } of hits(source, q, principal)) {
      total += 1;
      const cut = groupEnd(path);
      const group = path.slice(0, cut);
      const members = groups.get(group);
      const member: [string, string, string] = [path.slice(cut + 1), effect, firstLine(description)];
      if (members) members.push(member);
      else groups.set(group, [member]);
    }
    reply(res, 200, { total, groups: [...groups].map(([path, members]) => ({ path, tools: members })) });
  });

  app.post('/api/outline/decisions', async (req, res) => {
    principalOf(req, http, 'read');
    const { paths } = decisionsInput(await readJson(req));
    const items = paths.map(path => {
      try {
        const { decision, rule, pattern } = policies.explain(path);
        return { path, decision, rule, ...(pattern !== undefined && { pattern }) };
      } catch (error) {
        // One that has gone meanwhile must not cost the others their answer.
        return { path, error: toFault(error).code };
      }
    });
    reply(res, 200, { items });
  });
}

const firstLine = (text: string): string => (text.trim().split('\n', 1)[0] ?? '').slice(0, 160);

/** Where the group of a path ends: before its last segment. */
const groupEnd = (path: string): number => path.lastIndexOf('.');
