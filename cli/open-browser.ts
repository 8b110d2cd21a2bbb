import { spawn } from 'node:child_process';

const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a page in the person's browser. False when there is none to open. */
export async function openBrowser(url: string): Promise<boolean> {
  const headless = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && !process.env.WSL_DISTRO_NAME;
  if (headless && !process.env.BROWSER) return false;
  const [command, ...before] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise(resolve => {
    const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
    const settle = (isOpened: boolean) => {
      clearTimeout(enough);
      // Until here it is what this process lives for; from here on it may outlive it.
      child.unref();
      resolve(isOpened);
    };
    // An opener that becomes the browser does not end while the browser is open.
    const enough = setTimeout(settle, 2_000, true);
    child.on('error', () => settle(false));
    child.on('exit', code => settle(code === 0));
  });
}
