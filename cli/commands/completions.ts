import type { Context } from '../command.ts';
import { commands } from '../commands.ts';
import { completionScript, SHELLS, type Shell } from '../completions.ts';
import { UsageError } from '../failure.ts';

/** `executor completions bash|zsh|fish` */
export async function run({ words }: Context): Promise<undefined> {
  const [shell = ''] = words;
  if (!(SHELLS as readonly string[]).includes(shell)) {
    throw new UsageError(`there is no completion for "${shell}"`, `Shells: ${SHELLS.join(', ')}`);
  }
  process.stdout.write(completionScript(shell as Shell, commands));
}
