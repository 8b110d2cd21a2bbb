import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { DEFAULT_SETTINGS, type Limit, type Settings, type SettingsPatch } from '../machines/schema/settings.ts';
import { actBy } from './acts.ts';
import { checkPattern } from './policy.ts';
import type { Store } from './store.ts';

/** The owner's settings, in memory and in the store. */
export function openSettings(store: Store, now: () => Date) {
  let settings: Settings = { ...DEFAULT_SETTINGS, ...((store.meta.getSync('settings') ?? {}) as unknown as SettingsPatch) };
  return {
    get: (): Settings => settings,
    async update(patch: SettingsPatch, by: Principal): Promise<Settings> {
      patch.limits?.forEach(checkLimit);
      patch.traceTools?.forEach(checkPattern);
      const next = { ...settings, ...patch };
      const note = store.note(actBy(by, now().toISOString(), 'settings.update', undefined, patch));
      await store.write([store.put(store.meta, 'settings', next as never), note], { sync: true });
      settings = next;
      return next;
    },
  };
}
export type SettingsStore = ReturnType<typeof openSettings>;

function checkLimit({ tool, perMinute, concurrent, perDay }: Limit): void {
  if (tool !== undefined) checkPattern(tool);
  if (perMinute === undefined && concurrent === undefined && perDay === undefined)
    throw new FaultError('invalid_arguments', 'a limit says perMinute, concurrent or perDay');
}
