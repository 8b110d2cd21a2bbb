import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { toFault } from '../../../../machines/schema/fault.ts';
import { openapi } from '../../../../runtime/kinds/openapi/openapi.ts';
import { closure } from '../../../../runtime/schema/closure.ts';
import { compile } from '../../../../runtime/schema/engine.ts';
import type { Lookup } from '../../../../runtime/schema/references.ts';
import { sample } from '../../../../runtime/schema/sample.ts';
import { ODD, type OddDocument } from '../../../fixtures/corpus-odd.ts';
import { index } from './document.ts';

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** Real documents with nothing that could be called. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'adyen.com/BalancePlatformReportNotification-v1.json': /webhooks only/,
  'adyen.com/ManagementNotificationService-v1.json': /webhooks only/,
};

/** Tools whose schema contradicts itself: a pattern escaped twice wants a backslash in what is declared an e-mail address. */
const UNSATISFIABLE = new Set(['amadeus.com/amadeus-hotel-booking.json ns.booking.createBooking']);

const frozen = readFileSync(new URL('../../../fixtures/corpus-slice.jsonl.gz', import.meta.url));
const real = gunzipSync(frozen)
  .toString()
  .split('\n')
  .map(line => JSON.parse(line) as { name: string; text: string })
  .map((row): OddDocument => ({ ...row, ...(REFUSED[row.name] && { refused: REFUSED[row.name]! }) }));

/** Counted without the indexer's help, straight from the text. */
function operationsIn({ text, operations }: OddDocument): number {
  if (operations !== undefined) return operations;
  const { paths = {} } = parse(text, { merge: true, maxAliasCount: -1 }) as { paths?: Record<string, Record<string, unknown>> };
  const followed = (item: Record<string, unknown> | null): object => {
    if (typeof item?.$ref !== 'string') return item ?? {};
    return paths[decodeURIComponent(item.$ref.replace('#/paths/', '').replaceAll('~1', '/'))] ?? {};
  };
  return Object.values(paths).flatMap(item => Object.keys(followed(item)).filter(key => METHODS.has(key))).length;
}

// Knows the draft and none of our ways around it.
const stranger = new Ajv2020({ strict: false, logger: false, validateFormats: false, addUsedSchema: false });

for (const document of [...real, ...ODD]) {
  const { name, refused } = document;
  if (refused) {
    test(`${name} is refused with its reason`, async () => {
      await assert.rejects(index(document.text), error => {
        const { code, message } = toFault(error);
        assert.equal(code, 'source_not_recognised');
        assert.match(message, refused);
        return true;
      });
    });
    continue;
  }
  test(`every operation of ${name} is a tool that can be called`, async () => {
    const { tools, definitions, report } = await index(document.text, { url: 'https://documents.example/openapi' });
    assert.equal(tools.length, operationsIn(document));
    assert.equal(report.bodiesSendable, report.bodiesDeclared);
    const paths = tools.map(({ tool }) => tool.path);
    assert.equal(new Set(paths).size, paths.length, 'no two tools have one path');
    const lookup: Lookup = definition => definitions.get(definition);
    for (const { tool } of tools) {
      assert.match(tool.path, /^ns\.[^.\s]+\.[^.\s]+$/);
      assert.doesNotThrow(() => stranger.compile(closure(tool.inputSchema, lookup) as object), `the input schema of ${tool.path}`);
      const input = sample(tool.inputSchema, lookup) as Record<string, unknown>;
      if (UNSATISFIABLE.has(`${name} ${tool.path}`)) continue;
      assert.deepEqual(compile(tool.inputSchema, lookup)(input), [], `the sample of ${tool.path}: ${JSON.stringify(input)}`);
      assert.doesNotThrow(() => openapi.request(tool, input, { baseUrl: 'https://api.example.com' }), `the request of ${tool.path}`);
    }
  });
}
