import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isAlive, type Rig } from './rig.ts';

/** Does what systemd would do with a unit: runs its command with its environment, and again when it ends. */
export function supervise(unit: string) {
  const word = (text: string) =>
    [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner]) => inner!.replace(/\\(.)/g, '$1').replaceAll('%%', '%'));
  const line = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value!);
  const [file, ...args] = word(line('ExecStart')[0]!);
  const env = Object.fromEntries(line('Environment').map(value => word(value)[0]!.split(/=(.*)/s).slice(0, 2)));
  const restarts = line('Restart')[0] === 'always';
  let child: ChildProcess;
  let again: NodeJS.Timeout | undefined;
  let isStopped = false;
  const start = () => {
    child = spawn(file!, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
    child.on('exit', () => {
      if (restarts && !isStopped) again = setTimeout(start, 100);
    });
  };
  start();
  return {
    pid: () => child.pid!,
    stop: async () => {
      isStopped = true;
      clearTimeout(again);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await new Promise(resolve => child.once('exit', resolve));
    },
  };
}

/**
 * A systemd of this rig's own: `systemctl --user` and `loginctl` stand first in its PATH, and what they are asked is done here, with the
 * units that lie in the rig's home.
 */
export async function openSystemd(rig: Rig) {
  const directory = join(rig.home, 'bin');
  let supervised: ReturnType<typeof supervise> | undefined;
  const stop = () => supervised?.stop();
  const acts: Record<string, (name: string) => unknown> = {
    'show-environment': () => 0,
    'daemon-reload': () => 0,
    enable: () => 0,
    'enable-linger': () => 0,
    'is-active': () => (supervised && isAlive(supervised.pid()) ? 0 : 3),
    disable: stop,
    restart: async name => {
      await stop();
      supervised = supervise(readFileSync(join(rig.home, '.config/systemd/user', name), 'utf8'));
    },
  };
  const server = createServer(async (req, res) => {
    const [verb = '', ...rest] = JSON.parse(decodeURIComponent(req.url!.slice(1))) as string[];
    res.end(String((await acts[verb]?.(rest.at(-1) ?? '')) ?? 0));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const ask = `fetch('http://127.0.0.1:${(server.address() as AddressInfo).port}/' + encodeURIComponent(JSON.stringify(words)))`;
  mkdirSync(directory);
  for (const name of ['systemctl', 'loginctl']) {
    const words = "process.argv.slice(2).filter(word => word !== '--user')";
    const text = `#!${process.execPath}\nconst words = ${words};\n${ask}.then(async r => { process.exitCode = Number(await r.text()); });\n`;
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), 0o755);
  }
  return {
    env: { PATH: `${directory}:${process.env.PATH}`, XDG_CONFIG_HOME: undefined, USER: 'ada' },
    /** The process it runs now. */
    pid: () => supervised?.pid(),
    async close() {
      await stop();
      server.close();
      server.closeAllConnections();
    },
  };
}
