import { useId } from 'react';
import { setNotifying, useNotifying } from '../notifications.ts';
import { Button } from '../parts/button.tsx';
import { Copies } from '../parts/copies.tsx';
import { Egress } from '../parts/egress.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Keeping } from '../parts/keeping.tsx';
import { SelfCheck } from '../parts/self-check.tsx';
import { setTheme, type Theme, useTheme } from '../theme.ts';
import { useTitle } from '../title.ts';

/** How this page looks, how long the daemon keeps what, what may be reached, and copies of everything. */
export function SettingsPage() {
  useTitle('Settings');
  return (
    <div className="page narrow">
      <Head title="Settings" />
      <Appearance />
      <Keeping />
      <Egress />
      <Copies />
      <SelfCheck />
    </div>
  );
}

const THEMES: readonly { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'As the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
];

function Appearance() {
  const theme = useTheme();
  const notifying = useNotifying();
  const name = useId();
  return (
    <Section title="This browser">
      <div className="setting">
        <div>
          <p className="setting-name">Theme</p>
          <p className="muted small">Kept in this browser only.</p>
        </div>
        <div className="choice" role="radiogroup" aria-label="Theme">
          {THEMES.map(one => (
            <label key={one.theme}>
              <input type="radio" name={name} checked={theme === one.theme} onChange={() => setTheme(one.theme)} />
              <span>{one.label}</span>
            </label>
          ))}
        </div>
      </div>
      <div className="setting">
        <div>
          <p className="setting-name">Desktop notifications</p>
          <p className="muted small">
            {notifying === 'denied'
              ? 'The browser has been told to show none for this address.'
              : 'When a call begins to wait for you while this page is out of sight.'}
          </p>
        </div>
        <Button
          reason={notifying === 'unsupported' || notifying === 'denied' ? 'This browser does not show any here.' : undefined}
          icon="bell"
          onClick={() => void setNotifying(notifying !== 'on')}
        >
          {notifying === 'on' ? 'Turn off' : 'Turn on'}
        </Button>
      </div>
    </Section>
  );
}
