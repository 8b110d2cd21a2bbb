import { type Command, type Flag, GLOBAL_FLAGS } from './command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes commands and flags from the table, and namespaces and tools by asking the daemon, if one runs. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const shown = commands.filter(command => !command.hidden);
  if (shell === 'fish') return fish(shown);
  return shell === 'zsh' ? zsh(shown) : bash(shown);
}

/** What can follow some words of a command line: the next words of the commands that begin so. */
function nextWords(commands: readonly Command[]): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { name } of commands) {
    const words = name.split(' ');
    words.forEach((word, index) => {
      const before = words.slice(0, index).join(' ');
      const known = next.get(before) ?? [];
      if (!known.includes(word)) next.set(before, [...known, word]);
    });
  }
  return next;
}

const flagsOf = (command: Command): [string, Flag][] => Object.entries({ ...command.flags, ...GLOBAL_FLAGS });

/** Commands whose words are paths of tools, or namespaces of sources. */
function wordsOf({ name, usage }: Command): 'tools' | 'sources' | undefined {
  if (usage.includes('<path...>') || name === 'tools list' || name === 'policy explain') return 'tools';
  return usage.includes('namespace') ? 'sources' : undefined;
}

function bash(commands: readonly Command[]): string {
  const next = [...nextWords(commands)].map(([before, words]) => `    ${quoted(before)}) words=${quoted(words.join(' '))} ;;`);
  const flags = commands.map(command => {
    const names = flagsOf(command).map(([name]) => `--${name}`);
    const asked = wordsOf(command);
    return `    ${quoted(command.name)}) flags=${quoted(names.join(' '))}${asked ? ` asked=${asked}` : ''} ;;`;
  });
  return `# bash completion for executor: source <(executor completions bash)
_executor() {
  local current=\${COMP_WORDS[COMP_CWORD]} line="" word words="" flags="" asked="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    [[ $word == -* ]] || line="\${line:+$line }$word"
  done
  case "$line" in
${next.join('\n')}
  esac
  local command=$line
  while [[ -n $command ]]; do
    case "$command" in
${flags.join('\n')}
    esac
    [[ -n $flags ]] && break
    [[ $command == *" "* ]] && command=\${command% *} || command=""
  done
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $asked ]]; then
    COMPREPLY=($(compgen -W "$(executor complete "$asked" "$current" 2>/dev/null)" -- "$current"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _executor executor
`;
}

function zsh(commands: readonly Command[]): string {
  return `#compdef executor
# zsh completion for executor: executor completions zsh > "\${fpath[1]}/_executor"
autoload -U +X bashcompinit && bashcompinit
${bash(commands)
  .split('\n')
  .filter(line => !line.startsWith('#'))
  .join('\n')}`;
}

function fish(commands: readonly Command[]): string {
  const lines = [
    '# fish completion for executor: executor completions fish > ~/.config/fish/completions/executor.fish',
    'complete -c executor -f',
  ];
  const groups = new Set(commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]!));
  for (const group of groups) lines.push(`complete -c executor -n __fish_use_subcommand -a ${quoted(group)}`);
  for (const command of commands) {
    const words = command.name.split(' ');
    const last = words.at(-1)!;
    const before = words.length === 1 ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${words[0]}`;
    lines.push(`complete -c executor -n ${quoted(before)} -a ${quoted(last)} -d ${quoted(command.about)}`);
    const within = words.map(word => `__fish_seen_subcommand_from ${word}`).join('; and ');
    for (const [name, flag] of flagsOf(command)) {
      const short = flag.short ? ` -s ${flag.short}` : '';
      lines.push(`complete -c executor -n ${quoted(within)} -l ${name}${short}${flag.value ? ' -r' : ''} -d ${quoted(flag.about)}`);
    }
    const asked = wordsOf(command);
    if (asked) lines.push(`complete -c executor -n ${quoted(within)} -a '(executor complete ${asked} (commandline -ct) 2>/dev/null)'`);
  }
  return `${lines.join('\n')}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
