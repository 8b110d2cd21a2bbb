import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Sandbox } from '../../../runtime/programs/session-parts.ts';
import { LIMITS } from '../../../runtime/sandbox/limits.ts';
import { prepare } from '../../../runtime/sandbox/prepare.ts';
import type { Order } from '../../../runtime/sandbox/protocol.ts';
import { createResidence } from '../../../runtime/sandbox/residence.ts';
import { createScheduler } from '../../../runtime/sandbox/scheduler.ts';
import { createVm } from '../../../runtime/sandbox/vm.ts';

const wasm = WebAssembly.compile(
  readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')) as Uint8Array<ArrayBuffer>,
);

/** The sandbox without its threads: everything but the pool is the real one. */
export function inProcess(): Sandbox & { busy(): boolean } {
  let working = 0;
  return {
    busy: () => working > 0,
    start(program, host) {
      const limits = { ...LIMITS, ...program.limits };
      let scheduler: ReturnType<typeof createScheduler> | undefined;
      async function carryOut(order: Order): Promise<void> {
        working++;
        try {
          if (order.type === 'start') {
            const [script, vm] = await Promise.all([prepare(order.program.code), wasm.then(module => createVm(module, limits.memory))]);
            scheduler = createScheduler({ vm, program: order.program, limits, beat: () => {} });
            residence.turned(scheduler.start(script), false);
          } else if (order.type === 'deliver') {
            await Promise.resolve();
            residence.turned(scheduler!.deliver(order.deliveries), false);
          }
        } finally {
          working--;
        }
      }
      const residence = createResidence({ program, limits, host, leave: () => {} });
      queueMicrotask(() => {
        if (residence.state() === 'queued') residence.enter({ post: order => void carryOut(order), pulse: () => 0, kill: async () => {} });
      });
      return residence;
    },
  };
}
