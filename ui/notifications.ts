import { useEffect, useRef, useSyncExternalStore } from 'react';
import { peek } from './parts/execution-rows.tsx';
import { navigate, resumeUrl } from './router.tsx';
import { store } from './store.ts';

const KEY = 'executor.notify';
const listeners = new Set<() => void>();

/** `off` until a person wants them; `denied` where the browser has been told never to show any. */
export type Notifying = 'unsupported' | 'denied' | 'off' | 'on';

function read(): Notifying {
  if (typeof Notification === 'undefined') return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on' ? 'on' : 'off';
}

/** Whether the desktop tells of what waits while the page is out of sight. */
export function useNotifying(): Notifying {
  return useSyncExternalStore(onChange => {
    listeners.add(onChange);
    return () => listeners.delete(onChange);
  }, read);
}

/** Turns desktop notifications on, asking the browser first, or off. */
export async function setNotifying(on: boolean): Promise<void> {
  if (on) await Notification.requestPermission();
  localStorage.setItem(KEY, on ? 'on' : 'off');
  for (const listener of listeners) listener();
}

/** Tells the desktop of each call that begins to wait while nobody looks. */
export function useNotifications(): void {
  const told = useRef<Set<string>>(undefined);
  useEffect(() => {
    const { unsubscribe } = store.subscribe(({ context: { pending } }) => {
      if (!pending.ready) return;
      // What waited already when the page was opened is no news.
      if (!told.current) told.current = new Set(pending.items.keys());
      for (const [id, { view }] of pending.items) {
        if (told.current.has(id)) continue;
        told.current.add(id);
        if (!document.hidden || read() !== 'on') continue;
        const note = new Notification(`${view.tool ?? 'A program'} waits for you`, { body: peek(view.input), tag: id });
        note.onclick = () => {
          window.focus();
          navigate(resumeUrl(id));
          note.close();
        };
      }
    });
    return unsubscribe;
  }, []);
}
