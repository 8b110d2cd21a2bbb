import type { Blobs } from '../blobs.ts';
import type { StartCall } from '../call-start.ts';
import type { Catalog } from '../catalog.ts';
import type { Dispatch } from '../dispatch.ts';
import type { Execution } from '../executions.ts';
import type { Idempotency } from '../idempotency.ts';
import type { Judgement } from '../judgement.ts';
import type { Principals } from '../principals.ts';
import type { Registry } from '../registry.ts';
import type { Runtime } from '../runtime.ts';
import type { SettingsStore } from '../settings.ts';
import type { Store } from '../store.ts';
import { isSettled } from '../views.ts';
import type { Waiters } from '../waiting.ts';
import { createAlarms } from './alarms.ts';
import { createAnswering } from './answering.ts';
import { createJournal } from './journal.ts';
import { limitsOf } from './limits.ts';
import { createOutput } from './output.ts';
import { createPlans } from './plan.ts';
import { createPrograms } from './programs.ts';
import { createSandbox } from './sandbox.ts';
import { createSimulation } from './simulated.ts';
import { createProgramStart } from './start.ts';

/** Everything that programs are made of: their journal, their sandbox, what answers them and what starts them. */
export function assemblePrograms(parts: {
  store: Store;
  blobs: Blobs;
  catalog: Catalog;
  judgement: Judgement;
  dispatch: Dispatch;
  principals: Principals;
  settings: SettingsStore;
  idempotency: Idempotency;
  startCall: StartCall;
  waiters: Waiters<Execution>;
  registry: () => Registry;
  tools: () => Runtime['tools'];
  /** The scheduler is told of a deadline that may be earlier than those it knows. */
  consider: (at: string) => void;
  now: () => Date;
}) {
  const { store, blobs, settings, startCall, waiters, registry, tools, consider, now } = parts;
  const journal = createJournal(store, blobs);
  const output = createOutput(store);
  const sandbox = createSandbox();
  const programs = createPrograms({
    store,
    blobs,
    journal,
    output,
    answering: createAnswering({ startCall, tools, simulation: createSimulation(parts) }),
    alarms: createAlarms(store, consider),
    sandbox: sandbox.get,
    limits: () => limitsOf(settings.get()),
    follow: (id, tell) =>
      waiters.follow(
        id,
        () => registry().stored('call', id),
        ({ kind, state }) => kind === 'call' && isSettled(state),
        tell as never,
      ),
    registry,
    now,
  });
  return {
    programs,
    journal,
    output,
    plans: createPlans({ ...parts, journal }),
    programStart: createProgramStart({ ...parts, journal }),
    warmUp: sandbox.warmUp,
    async close(): Promise<void> {
      programs.close();
      await sandbox.close();
    },
  };
}
