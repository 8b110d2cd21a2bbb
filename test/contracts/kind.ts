import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { FaultError } from '../../machines/schema/fault.ts';
import { NAMESPACE } from '../../machines/schema/source.ts';
import type { Indexed, Kind } from '../../runtime/kinds/kind.ts';
import { compile } from '../../runtime/schema/engine.ts';
import { eachSchema, type Lookup } from '../../runtime/schema/references.ts';
import { sample } from '../../runtime/schema/sample.ts';

export interface Fixture {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  readonly url?: string;
  /** How many tools it must give. */
  readonly tools: number;
}

export interface KindSuite {
  readonly kind: Kind;
  readonly documents: readonly Fixture[];
  /** What the kind must refuse, by name. */
  readonly others: Readonly<Record<string, Uint8Array>>;
}

/** What every kind whose description is a document must do, whatever it describes. A kind's own test runs this with its documents. */
export function testKind({ kind, documents, others }: KindSuite): void {
  for (const fixture of documents) {
    describe(`${kind.kind}: ${fixture.name}`, () => {
      const at = fixture.url === undefined ? {} : { url: fixture.url };
      let indexed: Indexed;
      let lookup: Lookup;

      before(async () => {
        indexed = await kind.index({ namespace: 'ns', bytes: fixture.bytes(), ...at });
        lookup = name => indexed.definitions.get(name);
      });

      test('is detected, with a namespace that can be typed', () => {
        const candidate = kind.detect({ bytes: fixture.bytes(), ...at });
        assert.equal(candidate?.kind, kind.kind);
        assert.match(candidate!.namespace, new RegExp(NAMESPACE));
      });

      test('gives as many tools as it has operations, each of its own path', () => {
        assert.equal(indexed.tools.length, fixture.tools);
        assert.equal(indexed.report.operations, fixture.tools);
        assert.equal(new Set(indexed.tools.map(({ tool }) => tool.path)).size, fixture.tools);
        for (const { tool } of indexed.tools) assert.match(tool.path, /^ns(\.[\p{L}_$][\p{L}\p{N}_$]*)+$/u);
      });

      test('gives the same catalog, hashes included, when it is indexed again', async () => {
        const again = await kind.index({ namespace: 'ns', bytes: fixture.bytes(), ...at });
        assert.deepEqual(
          again.tools.map(({ tool }) => [tool.path, tool.hash]),
          indexed.tools.map(({ tool }) => [tool.path, tool.hash]),
        );
      });

      test('refers to no definition that is not in the table', () => {
        const schemas = [
          ...indexed.definitions.values(),
          ...indexed.tools.flatMap(({ tool }) => [tool.inputSchema, tool.outputSchema ?? true]),
        ];
        for (const schema of schemas) {
          eachSchema(schema, ({ $ref }) => {
            if (typeof $ref === 'string') assert.ok(indexed.definitions.has($ref.replace('#/$defs/', '')), $ref);
          });
        }
      });

      test('has hits that say what the tools say', () => {
        for (const { tool, hit } of indexed.tools) {
          assert.equal(hit.path, tool.path);
          assert.equal(hit.effect, tool.effect);
          assert.ok(hit.description.length > 0 && hit.description.length <= 200 && !hit.description.includes('\n'));
          assert.match(hit.signature, /^\(input: .*\) => Promise<.*>$/);
        }
      });

      test('takes a sample of every tool (of every twentieth in a large catalog) and makes the same request of it twice', () => {
        const step = fixture.tools > 200 ? 20 : 1;
        for (let n = 0; n < indexed.tools.length; n += step) {
          const { tool } = indexed.tools[n]!;
          const input = sample(tool.inputSchema, lookup) as Record<string, unknown>;
          assert.deepEqual(compile(tool.inputSchema, lookup)(input), [], tool.path);
          const target = { baseUrl: 'https://upstream.example' };
          assert.deepEqual(kind.request(tool, input, target), kind.request(tool, input, target));
        }
      });

      test('reads failures of the upstream as data', () => {
        const body = Buffer.from('{"message":"no such thing"}');
        const { tool } = indexed.tools[0]!;
        const reading = kind.read(tool, { status: 404, headers: { 'content-type': 'application/json' }, body, truncated: false });
        assert.equal(reading.http?.status, 404);
        assert.ok(reading.error);
      });
    });
  }

  describe(`${kind.kind}: what it is not`, () => {
    for (const [name, bytes] of Object.entries(others)) {
      test(`refuses ${name} with a reason`, async () => {
        await assert.rejects(
          async () => kind.index({ namespace: 'ns', bytes }),
          (error: unknown) => error instanceof FaultError && error.code === 'source_not_recognised' && error.message.length > 20,
        );
      });
    }
  });
}
