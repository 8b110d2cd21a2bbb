import { LIMITS } from './limits.ts';
import type { Script } from './prepare.ts';
import type { StepOutcome, Turn } from './protocol.ts';
import { createScheduler } from './scheduler.ts';
import type { Vm } from './vm.ts';

/** What programs usually do: calls one after the other and at once, a failure that is caught, a sleep, output, some computing. */
export const REHEARSAL = `
const found = [];
for (let page = 0; page < 4; page++) found.push(await tools.rehearsal.items.list({ page, query: 'x' }));
const many = await Promise.all([1, 2, 3, 4].map(async page => (await tools.rehearsal.items.list({ page })).items.filter(({ id }) => id % 2)));
try { await tools.rehearsal.items.remove({ id: 1 }); } catch (error) { console.log(error.code, error.message); }
await sleep(1);
const items = many.flat().map(item => ({ ...item, name: item.name.toUpperCase() })).sort((a, b) => b.id - a.id);
emit({ items });
return { pages: found.length, names: [...new Set(items.map(({ name }) => name.replace(/[aeiou]/gi, '')))].join(', '), at: new Date().toISOString() };
`;
const PAGE = JSON.stringify({
  items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5, tags: ['a', 'b'] })),
});
const AT = '2000-01-01T00:00:00.000Z';

/**
 * Runs a program for nobody, so that what runs the next one is compiled. The VM has to be renewed afterwards.
 * @param script the rehearsal, prepared
 * @returns how it ended
 */
export function rehearse(vm: Vm, script: Script): NonNullable<Turn['end']> {
  const program = { code: REHEARSAL, seed: 'rehearsal', startedAt: AT, journal: [] };
  const { start, deliver } = createScheduler({ vm, program, limits: LIMITS, beat: () => {} });
  const requests = new Map<number, string>();
  let turn = start(script);
  for (;;) {
    for (const { n, request } of turn.steps) requests.set(n, request);
    if (turn.end) return turn.end;
    const n = turn.waiting[0]!;
    turn = deliver([{ n, at: AT, outcome: answer(requests.get(n)!) }]);
  }
}

function answer(request: string): StepOutcome {
  if (request.includes('remove')) return { ok: false, error: { code: 'approval_denied', message: 'no' } };
  return request.includes('list') ? { ok: true, json: PAGE } : { ok: true };
}
