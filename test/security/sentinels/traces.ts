import assert from 'node:assert/strict';
import { type Api, openApi } from '../../api.ts';
import { answerJson, type Ending, recordUpstream } from '../../upstream-recorder.ts';
import type { Heard } from './slots.ts';

/** Where a daemon is told to send its traces: all that arrives is kept, with what it arrived under. */
export async function openTraceCollector(t: Ending) {
  const { origin, arrived } = await recordUpstream(t, (_, res) => answerJson(res, 200, {}));
  return {
    endpoint: origin,
    /** Says what came, and how many spans that was. */
    hear({ hear }: Heard): number {
      for (const { headers, path, query, text } of arrived) hear(TRACES, JSON.stringify({ headers, path, query: String(query) }) + text);
      return arrived.reduce((sum, { text }) => sum + JSON.parse(text).resourceSpans[0].scopeSpans[0].spans.length, 0);
    },
  };
}

export const TRACES = 'the traces';

/** What does stand in a trace is who called: a principal of each name makes a call. */
export async function callAs(base: string, owner: Api, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { body } = await owner.post('/api/tokens', { name, role: 'agent' });
    const { status, text } = await openApi(base, body.token).invoke('shop.open.ping');
    assert.equal(status, 200, text);
  }
}
