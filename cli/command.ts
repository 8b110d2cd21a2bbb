import type { Line } from './line.ts';

/** A flag. With `value` (what stands for it in help) it takes one, without it is a switch; `many` may be given again and again. */
export interface Flag {
  about: string;
  value?: string;
  short?: string;
  many?: true;
}

/** A command as the table has it: everything but its code, which is loaded when it runs. */
export interface Command {
  /** Its words, e.g. `tools search`. */
  name: string;
  /** A shorter name for it. Not sade's: there an alias hides the commands that begin with it. */
  alias?: string;
  /** The words it takes: `<needed>`, `[optional]`, `<many...>`. */
  usage: string;
  about: string;
  flags?: Record<string, Flag>;
  /** Command lines without `executor`. */
  examples: string[];
  /** Answers `--help` itself. */
  ownHelp?: true;
  /** Takes another program's command line: flags that are not its own are words of that. */
  passes?: true;
  /** Not for people: no help lists it. */
  hidden?: true;
  load(): Promise<{ run: Run }>;
}

/** What a command is given. */
export interface Context {
  words: string[];
  flags: Line['flags'];
  json: boolean;
  version: string;
  /** The URL of the running command's own file; the daemon's and `package.json` are found from it. */
  entry: string;
}

/** Does the command and gives its exit code; nothing is 0. */
export type Run = (context: Context) => Promise<number | undefined>;

export const GLOBAL_FLAGS: Record<string, Flag> = {
  json: { about: 'Print the stable JSON form' },
  help: { about: 'Show help', short: 'h' },
  version: { about: 'Show the version', short: 'v' },
};

/** A flag's value as text. */
export function text(flags: Line['flags'], name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}
