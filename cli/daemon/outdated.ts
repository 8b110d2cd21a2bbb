import { note } from '../print.ts';

/** Says when the daemon that runs is of another version than the command line: it was installed anew, and the daemon not restarted. */
export function noteVersion(daemon: string, own: string): void {
  if (daemon !== own) note(`The daemon is of version ${daemon}, this is ${own}. What waits is kept: executor daemon restart`);
}
