/** The operating system's keychain, as far as a key for a data directory needs it. */
export interface Keychain {
  get(account: string): Promise<string | undefined>;
  set(account: string, secret: string): Promise<void>;
}

const SERVICE = 'executor';
/** A keychain that is locked asks the person, and where nobody sees the question it never answers. */
const PATIENCE_MS = 3_000;

/**
 * The keychain of this machine, if there is one that can be used: Keychain on macOS, Credential Manager on Windows, the Secret Service
 * on a Linux desktop. EXECUTOR_KEYCHAIN=off keeps the key in a file.
 */
export async function openKeychain(): Promise<Keychain | undefined> {
  if (process.env.EXECUTOR_KEYCHAIN === 'off') return undefined;
  if (process.platform === 'linux' && !process.env.DBUS_SESSION_BUS_ADDRESS) return undefined;
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const patience = () => AbortSignal.timeout(PATIENCE_MS);
    return {
      get: async account => (await inTime(new AsyncEntry(SERVICE, account).getPassword(patience()))) ?? undefined,
      set: (account, secret) => inTime(new AsyncEntry(SERVICE, account).setPassword(secret, patience())),
    };
  } catch {
    // It was not built for this platform, or is not installed: it is optional.
    return undefined;
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the keychain does not answer')), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
