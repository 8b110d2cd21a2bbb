import type { CallContext } from '../../../machines/schema/call.ts';
import type { Stored } from '../../../machines/schema/reference.ts';
import type { SourceContext } from '../../../machines/schema/source.ts';
import { createCallLogic } from '../../../runtime/call-logic.ts';
import { createConnectionLogic } from '../../../runtime/connection-logic.ts';
import { indexRows } from '../../../runtime/execution-index.ts';
import { createProgramLogic } from '../../../runtime/program-logic.ts';
import { createSourceLogic } from '../../../runtime/source-logic.ts';
import { checkExecution } from './check-execution.ts';
import { checkLog } from './check-log.ts';
import type { Errand } from './errand.ts';
import type { Evidence } from './evidence.ts';
import type { Upstream } from './upstream.ts';

const LOGICS = {
  call: createCallLogic({} as never),
  program: createProgramLogic({} as never),
  source: createSourceLogic({} as never),
  connection: createConnectionLogic({} as never),
};

/** Something that must not be, and the execution it is about. */
export interface Problem {
  id?: string;
  what: string;
}

interface Known {
  evidence: Evidence;
  errands: ReadonlyMap<string, Errand>;
  upstream: Upstream;
  sources: ReadonlyMap<string, boolean | undefined>;
}

/** Holds a whole data directory against what everyone else knows. */
export function checkWorld(known: Known): Problem[] {
  return [...checkExecutions(known), ...checkErrands(known), ...checkIndexes(known.evidence), ...checkSources(known)];
}

function checkExecutions({ evidence, errands, upstream }: Known): Problem[] {
  const problems: Problem[] = [];
  const read = (stored: Stored): unknown => ('value' in stored ? stored.value : JSON.parse(evidence.blobs.get(stored.ref) ?? 'null'));
  for (const [name, row] of evidence.rows) {
    const id = name.slice(name.indexOf(':') + 1);
    const log = evidence.logs.get(name) ?? [];
    problems.push(...checkLog(name, row, log).map(what => ({ id, what })));
    if (row.kind !== 'call') continue;
    const context = row.snapshot.context as CallContext;
    const errand = errands.get((read(context.askedInput ?? context.input) as { marker: string }).marker);
    if (!errand) problems.push({ id, what: 'nobody has asked for it' });
    else {
      const found = { id, row, log, errand, arrivals: upstream.arrivals(errand.marker), claims: evidence.claims, valueOf: read };
      problems.push(...checkExecution(found).map(what => ({ id, what: `${what} (${errand.tool} ${errand.marker})` })));
    }
  }
  for (const name of evidence.logs.keys())
    if (name.startsWith('call:') && !evidence.rows.has(name)) problems.push({ id: name, what: 'it has a log and no row' });
  return problems;
}

/** Whatever was accepted is there, once; whatever was refused is not. */
function checkErrands({ evidence, errands, upstream }: Known): Problem[] {
  const problems: Problem[] = [];
  const byMarker = new Map<string, string[]>();
  for (const [name, row] of evidence.rows) {
    if (row.kind !== 'call') continue;
    const { input, askedInput } = row.snapshot.context as CallContext;
    const stored = askedInput ?? input;
    const value = ('value' in stored ? stored.value : JSON.parse(evidence.blobs.get(stored.ref) ?? 'null')) as { marker: string };
    byMarker.set(value.marker, [...(byMarker.get(value.marker) ?? []), name.slice('call:'.length)]);
  }
  for (const { marker, tool, effect, ids, replies, lost, times } of errands.values()) {
    const stored = byMarker.get(marker) ?? [];
    for (const id of ids) if (!stored.includes(id)) problems.push({ id, what: `${marker} was accepted as ${id}, which is gone` });
    if (ids.size > 1) problems.push({ what: `${marker} is one errand and was accepted as ${[...ids].join(', ')}` });
    if (stored.length > 1) problems.push({ id: stored[0]!, what: `${marker} has ${stored.length} executions` });
    if (ids.size === 0 && lost === 0 && replies.length >= times && stored.length > 0)
      problems.push({ id: stored[0]!, what: `${marker} was refused and is there` });
    if (stored.length === 0 && effect !== 'read' && upstream.arrivals(marker).length > 0)
      problems.push({ what: `${marker} reached the upstream, and the history knows nothing of it` });
    for (const { status, body } of replies)
      if (status >= 500 && body.error?.code === 'internal')
        problems.push({
          ...(body.executionId && { id: body.executionId }),
          what: `${tool} ${marker} was answered ${status} ${JSON.stringify(body)}`,
        });
  }
  return problems;
}

function checkIndexes({ rows, index, due, active, quarantine }: Evidence): Problem[] {
  const problems: Problem[] = [];
  const expected = new Map<string, string>();
  const deadlines: string[] = [];
  for (const [name, { kind, snapshot }] of rows) {
    const deadline = LOGICS[kind].due(snapshot as never);
    if (deadline !== undefined) deadlines.push(`${deadline}!${name}`);
    if (kind !== 'call') continue;
    const context = snapshot.context as CallContext;
    for (const [key, value] of indexRows(name.slice('call:'.length), snapshot.value, context)) expected.set(key, value);
  }
  for (const [key, value] of expected)
    if (index.get(key) !== value) problems.push({ what: `the index has ${index.get(key)} at ${key}, should be ${value}` });
  for (const key of index.keys())
    if (/^(all|state|tool|source|principal|word|pending|parent|asked)!/.test(key) && !expected.has(key))
      problems.push({ what: `the index has ${key}, which is not so` });
  if (deadlines.sort().join() !== [...due].sort().join())
    problems.push({ what: `deadlines are ${due.join()}, should be ${deadlines.join()}` });
  for (const name of active) problems.push({ what: `${name} counts as under way` });
  for (const { id, reason } of quarantine) problems.push({ id, what: `quarantined: ${reason}` });
  return problems;
}

function checkSources({ evidence, sources }: Known): Problem[] {
  const problems: Problem[] = [];
  for (const [namespace, expected] of sources) {
    const row = evidence.rows.get(`source:${namespace}`);
    if (expected === true && !row) problems.push({ id: namespace, what: `the source ${namespace} was added and is gone` });
    if (expected === false && row)
      problems.push({ id: namespace, what: `the source ${namespace} was removed and is there, ${row.snapshot.value}` });
    if (row && !['ready', 'failed'].includes(row.snapshot.value))
      problems.push({ id: namespace, what: `it is stuck in ${row.snapshot.value}` });
    const revision = row && (row.snapshot.context as SourceContext).catalogued?.revision;
    const strays = evidence.tools.filter(key => key.startsWith(`${namespace}!`) && !key.startsWith(`${namespace}!${revision}!`));
    if (strays.length > 0) problems.push({ id: namespace, what: `the catalog has rows that do not count: ${strays.join(' ')}` });
    const counted = evidence.tools.filter(key => key.startsWith(`${namespace}!${revision}!`)).length;
    if (row && revision !== undefined && counted !== 4) problems.push({ id: namespace, what: `the catalog has ${counted} tools of 4` });
  }
  return problems;
}
