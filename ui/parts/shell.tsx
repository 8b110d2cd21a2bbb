import type { ReactNode } from 'react';
import { api } from '../api.ts';
import { useNotifications } from '../notifications.ts';
import { PaletteButton } from '../palette/open.tsx';
import { useResource } from '../resource.ts';
import { Link } from '../router.tsx';
import { store, useStore } from '../store.ts';
import { setTheme, type Theme, useTheme } from '../theme.ts';
import { Button } from './button.tsx';
import { Icon, type IconName, Mark } from './icons.tsx';
import { Navigation } from './navigation.tsx';

/** What surrounds each page: where one can go, whether the daemon is heard, and what just happened. */
export function Shell({ section, children }: { section: string; children: ReactNode }) {
  useNotifications();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="side">
        <Link to="/" className="brand">
          <Mark />
          <span>executor</span>
        </Link>
        <PaletteButton />
        <Navigation section={section} />
        <div className="side-foot">
          <Version />
          <ThemeButton />
        </div>
      </header>
      {children}
      <LinkState />
      <Notices />
    </div>
  );
}

function Version() {
  const link = useStore(context => context.link);
  const { data } = useResource('connect', api.connect);
  return (
    <span className="version">
      <span className={`dot ${link === 'live' ? 'done' : link === 'offline' ? 'failed' : 'idle'}`} aria-hidden="true" />
      {link === 'live' ? `Live${data ? ` · ${data.version}` : ''}` : link === 'offline' ? 'Offline' : 'Connecting'}
    </span>
  );
}

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const THEME_ICON: Record<Theme, IconName> = { system: 'system', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const theme = useTheme();
  return (
    <Button
      look="quiet"
      icon={THEME_ICON[theme]}
      label={`Theme: ${theme}. Switch to ${NEXT[theme]}`}
      onClick={() => setTheme(NEXT[theme])}
    />
  );
}

/** Floats above the page, so that losing and regaining the daemon moves nothing. */
function LinkState() {
  const link = useStore(context => context.link);
  return (
    <div className="link-state" role="status">
      {link === 'offline' && (
        <p className="pill offline">
          <span className="spinner" aria-hidden="true" />
          The daemon does not answer. What you see may be old; reconnecting.
        </p>
      )}
    </div>
  );
}

function Notices() {
  const notices = useStore(context => context.notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(notice => (
        <p key={notice.id} className={`notice ${notice.tone}`}>
          <Icon name={notice.tone === 'done' ? 'check' : notice.tone === 'failed' ? 'warning' : 'clock'} />
          <span>{notice.text}</span>
          {notice.to && (
            <Link to={notice.to} onClick={() => store.trigger.dismiss({ id: notice.id })}>
              Show
            </Link>
          )}
          {notice.action && (
            <button
              type="button"
              className="link"
              onClick={() => {
                notice.action?.run();
                store.trigger.dismiss({ id: notice.id });
              }}
            >
              {notice.action.label}
            </button>
          )}
          <Button look="quiet" size="small" icon="cross" label="Dismiss" onClick={() => store.trigger.dismiss({ id: notice.id })} />
        </p>
      ))}
    </div>
  );
}
