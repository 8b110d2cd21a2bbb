import { useEffect } from 'react';
import { useStore } from './store.ts';

/** Names the browser's tab, with the number of things that wait for a person in front and on its icon. */
export function useTitle(name: string): void {
  const waiting = useStore(context => context.pending.items.size);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${name} · executor`;
    badge(waiting);
  }, [name, waiting]);
}

let plain: string | undefined;

function badge(waiting: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  plain ??= link.getAttribute('href') ?? '';
  link.href = waiting === 0 ? plain : `data:image/svg+xml,${encodeURIComponent(counted(waiting))}`;
}

/** The icon with a count: the page's own drawing, since an icon cannot use the page's styles. */
function counted(waiting: number): string {
  const text = waiting > 9 ? '9+' : String(waiting);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0c6b72"/><path d="M9 10.5h9a5.5 5.5 0 0 1 0 11H9" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/><circle cx="9" cy="10.5" r="2.75" fill="#fff"/><circle cx="9" cy="21.5" r="2.75" fill="#0c6b72" stroke="#fff" stroke-width="2.5"/><rect x="13" y="0" width="19" height="19" rx="9.5" fill="#b77205"/><text x="22.5" y="14.2" font-family="sans-serif" font-size="13.5" font-weight="700" fill="#fff" text-anchor="middle">${text}</text></svg>`;
}
