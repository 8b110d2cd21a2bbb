/** Whether there is a person to ask: both ends of the conversation are a terminal. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY);
}

/** Asks a yes-or-no question on the terminal; anything but yes is no, and so are Ctrl-C and Ctrl-D. */
export async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      terminal.once('close', () => resolve(false));
      terminal.question(`${question} [y/N] `).then(answer => resolve(/^y(es)?$/i.test(answer.trim())), reject);
    });
  } finally {
    terminal.close();
  }
}
