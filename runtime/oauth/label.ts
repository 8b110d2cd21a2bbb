const NAMES = ['email', 'preferred_username', 'login', 'username', 'name', 'display_name', 'displayName', 'handle', 'sub', 'id'] as const;

/** The most telling name in what describes an account. */
export function labelOf(account: unknown): string | undefined {
  if (typeof account !== 'object' || account === null) return undefined;
  const record = account as Record<string, unknown>;
  for (const name of NAMES) {
    const value = record[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value).slice(0, 120);
  }
  for (const inner of ['user', 'data', 'viewer', 'account', 'me']) {
    const found = labelOf(record[inner]);
    if (found !== undefined) return found;
  }
  return undefined;
}
