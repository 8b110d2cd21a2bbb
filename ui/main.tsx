import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { exchange, hasCredentials, takeCode } from './session.ts';
import { store } from './store.ts';

const code = takeCode();
if (code) await exchange(code).catch(() => false); // a used code does no harm to a session that is already open
store.trigger.session({ state: hasCredentials() ? 'open' : 'none' }); // open until the daemon says otherwise

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
