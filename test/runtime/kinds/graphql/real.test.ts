import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { buildClientSchema, buildSchema, type GraphQLSchema, parse, type SelectionSetNode, validate } from 'graphql';
import { graphql } from '../../../../runtime/kinds/graphql/graphql.ts';
import type { Indexed } from '../../../../runtime/kinds/kind.ts';
import { indexed, REAL } from './schemas.ts';

/** As lenient servers count: each field once. GitLab lets 250 through, Shopify 1,000, GitHub 500,000. */
const MOST_FIELDS = 110;

const fieldsIn = ({ selections }: SelectionSetNode): number =>
  selections.reduce(
    (sum, node) => sum + (node.kind === 'Field' ? 1 : 0) + ('selectionSet' in node && node.selectionSet ? fieldsIn(node.selectionSet) : 0),
    0,
  );

for (const [name, bytes] of Object.entries(REAL)) {
  describe(name, () => {
    let catalog: Indexed;
    let schema: GraphQLSchema;

    before(async () => {
      await graphql.load?.();
      catalog = await indexed(bytes());
      const text = Buffer.from(bytes()).toString();
      schema = text.startsWith('{') ? buildClientSchema(JSON.parse(text)) : buildSchema(text, { assumeValid: true });
    });

    const documentOf = (n: number, more: Record<string, unknown> = {}): string => {
      const { tool } = catalog.tools[n]!;
      const args = Object.keys((tool.binding as { args: object }).args);
      const input = { ...Object.fromEntries(args.map(argument => [argument, 1])), ...more };
      const { body } = graphql.request(tool, input, { definition: row => catalog.definitions.get(row) });
      return (JSON.parse(body as string) as { query: string }).query;
    };

    test('has a tool for every field of the query and mutation roots', () => {
      const count = [schema.getQueryType(), schema.getMutationType()].flatMap(type => Object.keys(type?.getFields() ?? {})).length;
      assert.equal(catalog.tools.length, count);
    });

    test('every generated operation, with all its arguments, is valid', () => {
      for (let n = 0; n < catalog.tools.length; n++) {
        const document = documentOf(n);
        const errors = validate(schema, parse(document), undefined, { maxErrors: 3 });
        assert.deepEqual(
          errors.map(({ message }) => message),
          [],
          document,
        );
      }
    });

    test('no default selection asks for more than a server that counts fields lets through', () => {
      for (let n = 0; n < catalog.tools.length; n++) {
        const [operation] = parse(documentOf(n)).definitions;
        const fields = fieldsIn((operation as { selectionSet: SelectionSetNode }).selectionSet);
        assert.ok(fields <= MOST_FIELDS, `${catalog.tools[n]!.tool.path} asks for ${fields} fields`);
      }
    });

    test('the check of selections lets through what is selected by default', () => {
      for (const [n, { tool }] of catalog.tools.entries()) {
        const { selection } = tool.binding as { selection?: string };
        if (selection !== undefined) assert.equal(documentOf(n, { _select: selection }), documentOf(n), tool.path);
      }
    });
  });
}
