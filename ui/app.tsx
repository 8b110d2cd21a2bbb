import { type ComponentType, lazy, type ReactNode, useEffect, useRef } from 'react';
import { HomePage } from './pages/home.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { Later } from './parts/lazy.tsx';
import { Shell } from './parts/shell.tsx';
import { useLocation } from './router.tsx';
import { useStore } from './store.ts';
import { connect, disconnect } from './wire.ts';

/** A page in a file of its own; the small ones are fetched ahead, once there is nothing better to do. */
function later<P extends object>(load: () => Promise<ComponentType<P>>, ahead = true): ComponentType<P> {
  if (ahead) FETCHED_AHEAD.push(load);
  return lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
}
const FETCHED_AHEAD: (() => Promise<unknown>)[] = [];

const AddSourcePage = later(() => import('./pages/add-source.tsx').then(file => file.AddSourcePage));
const AuditPage = later(() => import('./pages/audit.tsx').then(file => file.AuditPage), false);
const ConnectionsPage = later(() => import('./pages/connections.tsx').then(file => file.ConnectionsPage), false);
const ExecutionPage = later(() => import('./pages/execution.tsx').then(file => file.ExecutionPage));
const ExecutionsPage = later(() => import('./pages/executions.tsx').then(file => file.ExecutionsPage));
const InboxPage = later(() => import('./pages/inbox.tsx').then(file => file.InboxPage));
const InspectorPage = later(() => import('./inspector/page.tsx').then(file => file.InspectorPage), false);
const PoliciesPage = later(() => import('./pages/policies.tsx').then(file => file.PoliciesPage), false);
const ResumePage = later(() => import('./pages/resume.tsx').then(file => file.ResumePage));
const RunPage = later(() => import('./pages/run.tsx').then(file => file.RunPage), false);
const SettingsPage = later(() => import('./pages/settings.tsx').then(file => file.SettingsPage), false);
const SourcePage = later(() => import('./pages/source.tsx').then(file => file.SourcePage));
const SourcesPage = later(() => import('./pages/sources.tsx').then(file => file.SourcesPage));
const TokensPage = later(() => import('./pages/tokens.tsx').then(file => file.TokensPage), false);
const ToolPage = later(() => import('./pages/tool.tsx').then(file => file.ToolPage));

/** The page for the address, inside the shell; without a session, the sign-in page at the same address. */
export function App() {
  const session = useStore(context => context.session);
  const { path, segments } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    if (session !== 'open') return;
    connect();
    const timer = setTimeout(() => {
      for (const load of FETCHED_AHEAD) load().catch(() => undefined); // it is asked for again, and complained of, when it is opened
    }, 1500);
    return () => {
      clearTimeout(timer);
      disconnect();
    };
  }, [session]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page takes the focus, so that a screen reader starts at its top
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  if (session === 'none') return <SignInPage />;
  return (
    <Shell section={segments[0] ?? ''}>
      <main id="main" ref={main} tabIndex={-1}>
        <Later key={segments[0] ?? ''}>{page(segments)}</Later>
      </main>
    </Shell>
  );
}

function page(segments: string[]): ReactNode {
  const [section, id, ...more] = segments;
  if (section === undefined) return <HomePage />;
  if (section === 'tools' && id !== undefined) {
    const tool = segments.slice(1).join('.');
    return <ToolPage key={tool} path={tool} />;
  }
  if (section === 'inspector' && more.length < 2) return <InspectorPage kind={id ?? 'call'} id={more[0]} />;
  if (more.length > 0) return <NotFoundPage />;
  if (id !== undefined) {
    if (section === 'sources') return <SourcePage key={id} namespace={id} />;
    if (section === 'executions') return <ExecutionPage key={id} id={id} />;
    if (section === 'resume') return <ResumePage key={id} id={id} />;
    return <NotFoundPage />;
  }
  if (section === 'add') return <AddSourcePage />;
  if (section === 'sources') return <SourcesPage />;
  if (section === 'executions') return <ExecutionsPage />;
  if (section === 'pending') return <InboxPage />;
  if (section === 'run') return <RunPage />;
  if (section === 'policies') return <PoliciesPage />;
  if (section === 'connections') return <ConnectionsPage />;
  if (section === 'tokens') return <TokensPage />;
  if (section === 'audit') return <AuditPage />;
  if (section === 'settings') return <SettingsPage />;
  return <NotFoundPage />;
}
