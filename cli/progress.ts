const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** A line on stderr for work that takes over a second: redrawn on a terminal, said once elsewhere. */
export interface Progress {
  /** What is being done now. */
  say(text: string): void;
  /** Takes the line away while something else is written. */
  aside(write: () => void): void;
  /** Takes the line away for good. */
  end(): void;
}

/** Starts watching work; nothing is shown when it ends within a second. */
export function startProgress(text: string): Progress {
  const startedAt = Date.now();
  let current = text;
  let frame = 0;
  let drawn = false;
  const draw = () => {
    if (process.stderr.isTTY) {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      process.stderr.write(`\r\u001b[2K${FRAMES[frame++ % FRAMES.length]} ${current} (${seconds} s)`);
    } else if (!drawn) {
      process.stderr.write(`${current}…\n`);
    }
    drawn = true;
  };
  const wipe = () => {
    if (drawn && process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  };
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    draw();
    if (process.stderr.isTTY) repeat = setInterval(draw, 120).unref();
  }, 1000).unref();
  return {
    say: next => {
      current = next;
    },
    aside: write => {
      wipe();
      write();
    },
    end: () => {
      clearTimeout(first);
      clearInterval(repeat);
      wipe();
    },
  };
}
