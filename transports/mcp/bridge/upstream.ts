import { connect as dial } from 'node:net';

const FIRST_LOOK_MS = 500;
const LAST_LOOK_MS = 15_000;

/** Where the daemon answers. A new object after every connect, so that identity tells one life of the daemon from the next. */
export interface Link {
  readonly url: string;
  readonly token?: string;
}

/** Knows the daemon's address: asks for it once, keeps it while it works, and asks again when it was lost. */
export class Upstream {
  readonly #connect: () => Promise<Link>;
  #link: Promise<Link> | undefined;
  #last: Link | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(connect: () => Promise<Link>) {
    this.#connect = connect;
  }

  /** The link, connecting (which may start the daemon) when there is none. One attempt at a time, however many ask. */
  link(): Promise<Link> {
    this.#link ??= this.#connect().then(
      link => {
        this.#last = link;
        for (const wake of this.#waiting) wake();
        return link;
      },
      (error: unknown) => {
        this.#link = undefined;
        throw error;
      },
    );
    return this.#link;
  }

  /** Says that this link no longer works. */
  lost(link: Link): void {
    if (this.#last !== link) return;
    this.#last = undefined;
    this.#link = undefined;
  }

  /**
   * Resolves when the daemon answers again, without starting it: whoever stopped it may want it stopped. A request that does start it
   * wakes this too.
   */
  async back(link: Link, signal: AbortSignal): Promise<void> {
    for (let pause = FIRST_LOOK_MS; !signal.aborted; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
      if (await this.#wokenWithin(pause, signal)) return;
      if (await answers(link)) return;
    }
  }

  #wokenWithin(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise(resolve => {
      const end = (woken: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', stop);
        resolve(woken);
      };
      const wake = () => end(true);
      const stop = () => end(false);
      const timer = setTimeout(stop, ms);
      this.#waiting.add(wake);
      signal.addEventListener('abort', stop);
    });
  }
}

/** Whether something listens there. */
export function answers(link: Link): Promise<boolean> {
  const { protocol, hostname, port } = new URL(link.url);
  return new Promise(resolve => {
    const socket = dial({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(2000, () => end(false));
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
