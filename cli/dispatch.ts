import { checkWords, readLine, unknownCommand } from './line.ts';
import { programOf, showHelp } from './program.ts';

/**
 * Reads the command line and has sade dispatch what was read.
 * @returns the exit code
 */
export async function dispatch(argv: readonly string[], { entry, version }: { entry: string; version: () => string }): Promise<number> {
  const { command, words, flags } = readLine(argv);
  const json = Boolean(flags.json);
  if (flags.version) {
    process.stdout.write(json ? `${JSON.stringify({ version: version() })}\n` : `${version()}\n`);
    return 0;
  }
  if (!command) return help(words[0] === 'help' ? words.slice(1) : words);
  if (flags.help && !(command.ownHelp && words.length > 0)) return help([command.name]);
  if (!flags.help) checkWords(command, words);
  const program = programOf([command], async ({ load }) => (await load()).run({ words, flags, json, entry, version: version() }));
  const { handler } = program.parse(['', '', ...command.name.split(' '), '--', ...words], { lazy: true })!;
  return ((await handler()) as unknown as number | undefined) ?? 0;
}

/** Help for what was named: a command, or a group of them. */
function help(words: readonly string[]): number {
  if (!showHelp(words)) throw unknownCommand(words);
  return 0;
}
