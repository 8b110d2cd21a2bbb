import sade from 'sade';
import { type Command, GLOBAL_FLAGS } from './command.ts';
import { commands } from './commands.ts';

/** What sade hands over: the command to run. */
export type Action = (command: Command) => unknown;

/** The table as a sade program: it dispatches, and it knows how to print help. */
export function programOf(some: readonly Command[], action: Action) {
  const program = sade('executor').option('--json', GLOBAL_FLAGS.json!.about);
  for (const command of some) {
    program.command(`${command.name} ${command.usage}`.trim(), command.about);
    for (const [name, flag] of Object.entries(command.flags ?? {})) {
      program.option(flag.short ? `-${flag.short}, --${name}` : `--${name}`, flag.value ? `<${flag.value}>  ${flag.about}` : flag.about);
    }
    for (const example of command.examples) program.example(example);
    program.action(() => action(command));
  }
  return program;
}

/** Prints the help of a command, of a group of commands, or of everything. False when nothing is called so. */
export function showHelp(words: readonly string[]): boolean {
  const name = words.join(' ');
  const command = commands.find(each => each.name === name || each.alias === name);
  const some = command ? [command] : commands.filter(each => !each.hidden && (name === '' || each.name.startsWith(`${name} `)));
  if (some.length > 0) programOf(some, () => undefined).help(command?.name ?? '');
  return some.length > 0;
}
