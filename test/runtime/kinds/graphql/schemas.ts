import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { graphql } from '../../../../runtime/kinds/graphql/graphql.ts';
import type { Indexed } from '../../../../runtime/kinds/kind.ts';

const at = (path: string): URL => new URL(`../../../../${path}`, import.meta.url);

/** Schemas of real APIs: as packages ship them, and two of Shopify's (MIT, from @shopify/hydrogen-react) as files. */
export const REAL: Readonly<Record<string, () => Uint8Array>> = {
  'GitHub, introspected': () => readFileSync(at('node_modules/@octokit/graphql-schema/schema.json')),
  'GitHub, SDL': () => readFileSync(at('node_modules/@octokit/graphql-schema/schema.graphql')),
  'Nautical Commerce (Saleor), SDL': () => readFileSync(at('node_modules/@nautical-commerce/graphql-schema/nautical/schema.graphql')),
  'Shopify Storefront, introspected': () => gunzipSync(readFileSync(at('test/fixtures/graphql/shopify-storefront.json.gz'))),
  'Shopify Customer Account, introspected': () => gunzipSync(readFileSync(at('test/fixtures/graphql/shopify-customer-account.json.gz'))),
};

export const ENDPOINT = 'https://api.example.com/graphql';

/** The catalog of a schema, as of an endpoint. */
export const indexed = async (schema: string | Uint8Array): Promise<Indexed> =>
  graphql.index({
    namespace: 'ns',
    bytes: typeof schema === 'string' ? new TextEncoder().encode(schema) : schema,
    url: ENDPOINT,
    endpoint: true,
  });

/** The tool of a path, and what a request of it is made with. */
export function toolOf({ tools, definitions }: Indexed, path: string) {
  const tool = tools.find(candidate => candidate.tool.path === path)?.tool;
  if (!tool) throw new Error(`no tool ${path}`);
  const request = (input: Record<string, unknown>) => {
    const made = graphql.request(tool, input, { definition: name => definitions.get(name) });
    return JSON.parse(made.body as string) as { query: string; variables: Record<string, unknown> };
  };
  return { tool, request };
}
