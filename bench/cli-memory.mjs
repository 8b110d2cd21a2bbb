// Preloaded into a command (`node --import`): says on stderr, as it ends, how much memory it has had at most, in kB. Linux only.

import { readFileSync, writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `peak ${/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]} kB\n`));
