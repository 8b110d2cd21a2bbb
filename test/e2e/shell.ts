import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ran, runProgram } from '../cli/rig.ts';
import { DIST, surroundings, temporaryDataDir } from '../daemon.ts';
import type { Ending } from '../upstream-recorder.ts';
import type { Example } from './example.ts';

const ID = /exec_[0-9a-z]{26}/g;

/** A shell as a reader has it: `executor` and `npx executor` on the PATH, a home, a data directory, a directory to work in. */
export function openShell(t: Ending, extra: Record<string, string> = {}) {
  const dataDir = temporaryDataDir(t);
  const home = join(dataDir, '..');
  const [bin, work] = [join(home, 'bin'), join(home, 'work')];
  for (const directory of [bin, work]) mkdirSync(directory);
  // What `npx executor` and `executor` run, without npm's own second or so each time.
  writeFileSync(join(bin, 'executor'), `#!/bin/sh\nexec "${process.execPath}" "${join(DIST, 'cli.js')}" "$@"\n`);
  writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n');
  for (const name of ['executor', 'npx']) chmodSync(join(bin, name), 0o755);
  const env = surroundings(dataDir, extra);
  env.PATH = `${bin}:${env.PATH}`;
  let lastId = '';

  /** Where the daemon is now. */
  const url = (): string => {
    const file = join(dataDir, 'daemon.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url : 'http://127.0.0.1:4788';
  };

  return {
    env,
    dataDir,
    url,
    /** Runs an example at this shell's addresses: the page's own are given with what stands for them here. */
    async run({ commands, files }: Pick<Example, 'commands' | 'files'>, places: Record<string, string> = {}): Promise<Ran> {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
      let here = commands.replaceAll('~/.local/share/executor', '"$EXECUTOR_DATA_DIR"').replace(ID, id => (/0{26}/.test(id) ? id : lastId));
      for (const [name, place] of Object.entries({ 'http://127.0.0.1:4788': url(), ...places })) here = here.replaceAll(name, place);
      const ran = await runProgram('bash', ['-c', `set -e\n${here}`], { env, cwd: work });
      lastId = (ran.stdout + ran.stderr).match(ID)?.[0] ?? lastId;
      // What takes over a second says so, which depends on the machine.
      return { ...ran, stderr: ran.stderr.replace(/^[^:\n]+…\n/gm, '') };
    },
  };
}
