import type { Actor } from '../actor.ts';
import type { Blobs } from '../blobs.ts';
import type { Limits } from '../sandbox/limits.ts';
import type { Host, Run } from '../sandbox/pool.ts';
import type { Program } from '../sandbox/protocol.ts';
import type { Store } from '../store.ts';
import type { Alarms } from './alarms.ts';
import type { Answering } from './answering.ts';
import type { Journal } from './journal.ts';
import type { ProgramShows } from './output.ts';

/** Where programs are computed. */
export interface Sandbox {
  start(program: Program, host: Host, signal?: AbortSignal): Run;
}

export interface SessionParts {
  store: Store;
  blobs: Blobs;
  journal: Journal;
  output: ProgramShows;
  answering: Answering;
  alarms: Alarms;
  sandbox: () => Sandbox;
  limits: () => Partial<Limits>;
  /** An execution as it is now, stored or not. */
  call(id: string): Actor<'call'> | undefined;
  /** Tells when an execution that is not the program's own has settled. */
  follow(id: string, tell: (actor: Actor<'call'>) => void): () => void;
  now: () => Date;
}
