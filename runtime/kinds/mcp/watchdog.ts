import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends process groups when this process is gone, however it went: one small shell for all of them, which waits on a pipe whose other end
 * only we hold. The script is fixed; nothing a user gives reaches it but numbers of groups. Windows has no groups: there children see
 * their standard input end, and `taskkill` ends trees when we stop them ourselves.
 */
const SCRIPT = `
groups=' '
while read -r what group; do
  case "$what" in
    add) groups="$groups$group " ;;
    drop) groups=$(printf %s "$groups" | sed "s/ $group / /") ;;
  esac
done
for group in $groups; do kill -TERM -"$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 2
for group in $groups; do kill -KILL -"$group" 2>/dev/null; done
`;

let shell: ChildProcess | undefined;

function say(what: 'add' | 'drop', group: number): void {
  if (process.platform === 'win32') return;
  if (shell === undefined) {
    // Apart from our own group and terminal: what ends us must not end it.
    shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
    });
    shell.on('error', () => {});
    shell.on('exit', () => {
      shell = undefined;
    });
    shell.stdin?.on('error', () => {});
    shell.unref();
    (shell.stdin as unknown as { unref?(): void }).unref?.();
  }
  shell.stdin?.write(`${what} ${group}\n`);
}

/** From now on the group ends when this process does. */
export const watchGroup = (group: number): void => say('add', group);

/** The group has ended. */
export const forgetGroup = (group: number): void => {
  if (shell) say('drop', group);
};
