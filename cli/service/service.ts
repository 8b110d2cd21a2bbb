import { execFile } from 'node:child_process';

/** What is to run in the background: the daemon's program and what it is to see of the environment. */
export interface Program {
  readonly node: string;
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
}

/** One way of an operating system to run a program for a user, from login or boot on, and again when it ends. */
export interface Service {
  /** What it is called, for people: "systemd user unit". */
  readonly kind: string;
  /** The file that describes it to the system. */
  readonly file: string;
  /** That file's text. */
  unit(program: Program): string;
  /** Why it cannot be used here; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /** Registers and starts it, or starts it anew with what changed. Resolves with what a person should know besides. */
  install(program: Program): Promise<string[]>;
  /** Whether what is installed serves this data directory. */
  serves(directory: string): boolean;
  /** Starts it, as it was installed, when it does not run. */
  start(): Promise<void>;
  /** Stops and removes it; false when it was not there. */
  uninstall(): Promise<boolean>;
  state(): Promise<'absent' | 'stopped' | 'running'>;
}

/** Runs a program of the system. */
export type Execute = (file: string, args: readonly string[]) => Promise<{ code: number; stdout: string; stderr: string }>;

export const execute: Execute = (file, args) =>
  new Promise(resolve => {
    execFile(file, args, { timeout: 30_000, windowsHide: true }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 127) : 0;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });

/** @throws Error with what the program said, when it failed */
export async function succeed(run: Execute, file: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(file, args);
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} failed: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}
