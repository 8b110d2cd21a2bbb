import { programMachine } from '../machines/program.ts';
import { ProgramContext } from '../machines/schema/program.ts';
import { programRows } from './execution-index.ts';
import type { Logic } from './logic.ts';
import type { Programs } from './programs/programs.ts';

/** What makes a program live. What it computes and asks is the session's (runtime/programs/session.ts). */
export function createProgramLogic({ run, hasAsked }: Pick<Programs, 'run' | 'hasAsked'>): Logic {
  return {
    machine: programMachine,
    context: ProgramContext,
    version: 1,
    migrations: {},
    effects: {
      run: {
        lasting: true,
        // It changes nothing by itself, and what it asks for is stored after its own row. A journal must be on disk to be read.
        early: ({ context }) => (context as ProgramContext).runs === 1 && !(context as ProgramContext).forkedFrom,
        run,
      },
    },
    // What it asks for must not be stored before it.
    patient: id => !hasAsked(id),
    sync: (before, after) => after.value === 'paused' && before?.value !== 'paused',
    index: (id, snapshot) => programRows(id, String(snapshot.value), snapshot.context),
    due: snapshot => (snapshot.value === 'running' ? snapshot.context.deadline : undefined),
  };
}
