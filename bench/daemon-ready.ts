import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DIST, surroundings } from '../test/daemon.ts';
import { measure } from './endings.ts';
import { report, reportMachine } from './figures.ts';
import { directoryWithGithub } from './github-directory.ts';

/** From spawning the daemon to the first 200 of /healthz, with GitHub loaded. */

const ROUNDS = 20;

await measure(async t => {
  const dataDir = await directoryWithGithub(t);
  const port = await freePort();
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const child = spawn(process.execPath, [join(DIST, 'daemon.js')], {
      env: surroundings(dataDir, { EXECUTOR_PORT: String(port) }),
      stdio: 'ignore',
    });
    while (!(await answers(port))) await new Promise(resolve => setTimeout(resolve, 2));
    samples.push(performance.now() - started);
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  reportMachine();
  report('daemon ready with GitHub loaded (spawn → /healthz)', samples, { target: 350 });
});

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
