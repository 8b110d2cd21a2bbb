import { createRuntime } from '../../../../runtime/create.ts';

/** A daemon that starts two children, one with a child of its own, says so, and waits to be killed. */
const [dataDir = '', odd = '', diary = ''] = process.argv.slice(2);
const runtime = await createRuntime({ dataDir });
for (const how of ['grandchild', 'stubborn']) {
  await runtime.sources.add({ namespace: how, command: process.execPath, args: [odd, how, diary] });
  await runtime.sources.wait(how);
}
process.stdout.write('ready\n');
setInterval(() => {}, 1000);
