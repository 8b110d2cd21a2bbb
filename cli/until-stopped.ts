/** Resolves when the process is asked to end: Ctrl-C, `kill`, or a closed terminal. Asked twice, it ends at once. */
export function untilStopped(): Promise<void> {
  return new Promise(resolve => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
