import { type ComponentProps, type MouseEvent, useSyncExternalStore } from 'react';
import { base, ownPath } from './base.ts';

const listeners = new Set<() => void>();
window.addEventListener('popstate', () => announce());

function announce(): void {
  for (const listener of listeners) listener();
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}

/** Goes to a page of the UI. `replace` keeps the scroll position and leaves no history entry. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState(null, '', base + to);
  } else {
    history.pushState(null, '', base + to);
    window.scrollTo(0, 0);
  }
  announce();
}

/** Where the page is: the decoded path segments and the query. */
export function useLocation(): { path: string; segments: string[]; query: URLSearchParams } {
  const href = useSyncExternalStore(subscribe, () => ownPath() + location.search);
  const [path = '/', search = ''] = href.split('?');
  return { path, segments: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(search) };
}

/** Sets or removes one query parameter in place. */
export function setQuery(name: string, value: string): void {
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value);
  else query.delete(name);
  const search = query.toString();
  navigate(ownPath() + (search ? `?${search}` : ''), { replace: true });
}

/** A link within the UI: a real anchor, so that it can be opened in a new tab and copied. */
export function Link({ to, onClick, ...props }: ComponentProps<'a'> & { to: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...props} href={base + to} onClick={follow} />;
}

/** The address of a tool's page. Its dots become slashes, so that no server takes the last part for a file's extension. */
export const toolUrl = (path: string) => `/tools/${path.split('.').map(encodeURIComponent).join('/')}`;
export const sourceUrl = (namespace: string) => `/sources/${encodeURIComponent(namespace)}`;
export const executionUrl = (id: string) => `/executions/${encodeURIComponent(id)}`;
export const actorUrl = (kind: string, id: string) => `/inspector/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
export const resumeUrl = (id: string) => `/resume/${encodeURIComponent(id)}`;

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a hand-typed "%" is not worth an error page
  }
}
