import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Daemon } from './daemon.ts';
import type { Random } from './random.ts';
import type { Manner, Upstream } from './upstream.ts';

/** An answer of a person that the daemon has answered in turn. */
export interface Said {
  id: string;
  n: number;
  action: string;
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  body: any;
}

/** One call that somebody wants made, what a person will say to it, and what came back. */
export interface Errand {
  marker: string;
  tool: string;
  effect: 'read' | 'write' | 'destructive';
  input: Record<string, unknown>;
  key?: string;
  /** How often it is asked for at once; more than once only with a key. */
  times: number;
  /** Asks without waiting for the outcome, and cancels after so many milliseconds. */
  cancelAfter?: number;
  hold: boolean;
  will: 'accept' | 'edit' | 'decline' | 'cancel' | 'leave';
  crowd: 'alone' | 'twice' | 'against';
  verdict: 'truth' | 'run_again' | 'happened' | 'give_up';
  replies: Answer[];
  lost: number;
  ids: Set<string>;
  said: Said[];
  cancels: Answer[];
}

const TOOLS = [
  { name: 'list', effect: 'read' },
  { name: 'create', effect: 'write' },
  { name: 'create', effect: 'write' },
  { name: 'note', effect: 'write' },
  { name: 'note', effect: 'write' },
  { name: 'remove', effect: 'destructive' },
] as const;
const SOURCES = ['steady', 'steady', 'steady', 'moody', 'extra'] as const;
const CALM: readonly Manner[] = ['answer', 'answer', 'answer', 'slow', 'slow-commit', 'refuse', 'drop-before', 'drop-after', 'half-answer'];
const DEADLY: readonly Manner[] = ['kill-before', 'kill-after', 'kill-after', 'kill-midway'];

/** Draws one. */
export function drawErrand(random: Random, upstream: Upstream, marker: string, deadly: boolean): Errand {
  const { name, effect } = random.pick(TOOLS);
  const input: Record<string, unknown> = { marker };
  if (name === 'create' || name === 'note') {
    input.amount = random.below(100);
    // Large arguments are kept apart from the snapshot.
    if (random.chance(0.1)) input.text = 'long '.repeat(700);
  }
  const manner = random.pick(deadly ? DEADLY : CALM);
  upstream.expect(marker, { manner, ms: random.below(40), bulk: random.chance(0.15) ? 5000 : 0 });
  const isKeyed = random.chance(0.3);
  const isCancelled = random.chance(0.12);
  return {
    marker,
    tool: `${random.pick(SOURCES)}.items.${name}`,
    effect,
    input,
    ...(isKeyed && { key: `key-${marker}` }),
    times: isKeyed ? 1 + random.below(3) : 1,
    ...(isCancelled && { cancelAfter: random.below(25) }),
    hold: !isCancelled && random.chance(0.8),
    will: random.pick([
      'accept',
      'accept',
      'accept',
      'accept',
      name === 'create' ? 'edit' : 'accept',
      'decline',
      'decline',
      'cancel',
      'leave',
    ]),
    crowd: random.pick(['alone', 'alone', 'twice', 'against']),
    verdict: random.pick(['truth', 'truth', 'truth', 'run_again', 'happened', 'give_up']),
    replies: [],
    lost: 0,
    ids: new Set(),
    said: [],
    cancels: [],
  };
}

/** Asks the daemon for it and writes down what it said. */
export async function run(errand: Errand, daemon: Daemon): Promise<void> {
  const { tool, input, key, times, hold, cancelAfter } = errand;
  const path = `/api/tools/invoke/${tool}${hold ? '' : '?wait=0'}`;
  const ask = async () => {
    const reply = await daemon.ask('POST', path, input, key === undefined ? {} : { 'idempotency-key': key });
    if (reply) note(errand, reply);
    else errand.lost += 1;
    return reply;
  };
  await Promise.all(Array.from({ length: times }, ask));
  const [id] = errand.ids;
  if (cancelAfter === undefined || id === undefined) return;
  await pause(cancelAfter);
  const reply = await daemon.ask('POST', `/api/executions/${id}/cancel`, {});
  if (reply) errand.cancels.push(reply);
}

function note(errand: Errand, reply: Answer): void {
  errand.replies.push(reply);
  const id = reply.body.executionId ?? reply.body.error?.executionId;
  if (typeof id === 'string') errand.ids.add(id);
}
