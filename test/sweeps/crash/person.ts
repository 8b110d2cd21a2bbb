import { setTimeout as pause } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';
import type { Errand } from './errand.ts';
import type { Random } from './random.ts';
import type { Upstream } from './upstream.ts';

interface Pending {
  id: string;
  input: { marker: string };
  interactions: { id: string; kind: string; settledAt?: string }[];
}

/** The scripted person: sees what is pending, as anyone would, and says what each errand has been given as its will. */
export function createPerson(errands: ReadonlyMap<string, Errand>, upstream: Upstream, random: Random) {
  async function say(daemon: Daemon, errand: Errand, id: string, n: number, answer: { action: string; content?: object }): Promise<void> {
    const reply = await daemon.ask('POST', `/api/executions/${id}/resume`, { interaction: `${id}.${n}`, ...answer });
    // Edited arguments cannot be checked while the tool's source is away: that is refused and changes nothing. The person takes it as asked.
    if (reply?.body.error?.code === 'tool_not_found' && answer.content) return say(daemon, errand, id, n, { action: answer.action });
    if (reply) errand.said.push({ id, n, action: answer.action, ...reply });
  }

  function answerFor(errand: Errand, kind: string): { action: string; content?: object } {
    if (kind !== 'unknown_outcome') {
      if (errand.will === 'edit') return { action: 'accept', content: { input: { ...errand.input, amount: 1000 } } };
      return { action: errand.will };
    }
    const happened = { action: 'happened', content: { result: { checked: errand.marker } } };
    if (errand.verdict === 'happened') return happened;
    if (errand.verdict !== 'truth') return { action: errand.verdict };
    return upstream.committed(errand.marker) ? happened : { action: random.pick(['run_again', 'give_up']) };
  }

  function others(answer: { action: string; content?: object }, { crowd }: Errand, kind: string) {
    if (crowd === 'twice') return [answer];
    if (crowd !== 'against' || answer.action === 'cancel') return [];
    if (kind === 'unknown_outcome') return [{ action: answer.action === 'give_up' ? 'run_again' : 'give_up' }];
    return [{ action: answer.action === 'decline' ? 'accept' : 'decline' }];
  }

  return {
    /** Answers until told to stop. Resolves when every answer it gave has been answered, or was lost. */
    async attend(daemon: Daemon, isOver: () => boolean, asked: (open: number) => void = () => {}): Promise<void> {
      const given = new Set<string>();
      const underWay: Promise<void>[] = [];
      while (daemon.alive() && !isOver()) {
        const page = await daemon.ask('GET', '/api/executions?state=pending&limit=1000');
        if (!page?.body.items) break; // it ended, or is about to
        let open = 0;
        for (const { id, input, interactions } of page.body.items as Pending[]) {
          const errand = errands.get(input.marker);
          if (!errand) continue;
          for (const [index, { kind, settledAt }] of interactions.entries()) {
            if (settledAt || (errand.will === 'leave' && kind === 'approval')) continue;
            open += 1;
            const n = index + 1;
            if (given.has(`${id}.${n}`)) continue;
            given.add(`${id}.${n}`);
            const answer = answerFor(errand, kind);
            for (const each of [answer, ...others(answer, errand, kind)]) underWay.push(say(daemon, errand, id, n, each));
          }
        }
        asked(open);
        await pause(8);
      }
      await Promise.all(underWay);
    },
  };
}
export type Person = ReturnType<typeof createPerson>;
