import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toFault } from '../../machines/schema/fault.ts';
import type { Limits } from './limits.ts';
import { prepare } from './prepare.ts';
import type { Order, Program, Report, Turn, WorkerData } from './protocol.ts';
import { REHEARSAL, rehearse } from './rehearsal.ts';
import { createScheduler } from './scheduler.ts';
import { createVm, type Vm } from './vm.ts';

/**
 * The entry of a sandbox thread: one program at a time, each in a VM that was made ready before and knows of no other. It has no environment, and asks its
 * parent for everything.
 */

/** A VM whose memory grew beyond this leaves a large hole in the thread: a new thread is cheaper. */
const LARGE = 24 * 1024 * 1024;

/** After so many rehearsals, most of what a program runs on is compiled. */
const ROUNDS = 30;

const { wasm, beats, memory } = workerData as WorkerData;
const port = parentPort!;
const pulse = new Int32Array(beats);
const beat = (): void => void Atomics.add(pulse, 0, 1);
const post = (report: Report): void => port.postMessage(report);

/** Whether others go first. There is no way back from it: only a privileged process may raise its priority again. */
let hasGivenWay = false;

/** The server's own thread goes before one that computes long. On Linux this lowers this thread only; elsewhere it would lower the process. */
function giveWay(): void {
  hasGivenWay = true;
  if (process.platform === 'linux') os.setPriority(0, 5);
}

/** Tells how a program ended that will not end: the pool ends the thread. */
function halt(turn: Turn): void {
  post({ type: 'turn', turn, spoiled: true });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

let vm: Vm | undefined;
let scheduler: ReturnType<typeof createScheduler> | undefined;
/** Whether a program was here, or is on its way. */
let wasTaken = false;

async function renew(): Promise<void> {
  scheduler = undefined;
  if (vm?.memory !== memory || !vm.renew()) vm = await createVm(wasm, memory);
  post({ type: 'ready' });
}

/**
 * Until the first program is there, makes it fast: what it runs on is compiled by being run. If it comes meanwhile it waits for the end of
 * one round, which takes no longer than it saves.
 */
async function prepareForFirst(): Promise<void> {
  const script = await prepare(REHEARSAL);
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise(setImmediate);
    if (wasTaken || !vm) return;
    rehearse(vm, script);
    if (!vm.renew()) vm = undefined;
  }
}

async function start(program: Omit<Program, 'limits'>, limits: Limits): Promise<void> {
  try {
    const script = await prepare(program.code);
    if (vm?.memory !== limits.memory) vm = await createVm(wasm, limits.memory);
    scheduler = createScheduler({ vm, program, limits, beat, giveWay, halt });
    tell(scheduler.start(script));
  } catch (error) {
    const figures = { computeMs: 0, steps: 0, deliveries: 0 };
    tell({ steps: [], output: [], waiting: [], figures, end: { type: 'failed', fault: toFault(error) } });
  }
}

function tell(turn: Turn): void {
  const spoiled = hasGivenWay || scheduler?.trapped() === true || !vm || vm.size() > LARGE;
  post({ type: 'turn', turn, spoiled });
  if (turn.end && !spoiled) void renew();
}

port.on('message', (order: Order) => {
  if (order.type === 'start') {
    wasTaken = true;
    void start(order.program, order.limits);
  } else if (order.type === 'drop') void renew();
  else if (scheduler) tell(scheduler.deliver(order.deliveries));
});

void renew().then(prepareForFirst);
