import { useEffect, useId, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { Code } from '../parts/copy.tsx';
import { Mark } from '../parts/icons.tsx';
import { Note } from '../parts/notes.tsx';
import { signIn } from '../session.ts';
import { store } from '../store.ts';

/** Shown wherever there is no session; signing in stays at the same address. */
export function SignInPage() {
  const id = useId();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    document.title = 'Sign in · executor';
  }, []);
  const submit = async () => {
    if (text.trim() === '') return setProblem('Paste the link, its code, or a token.');
    setBusy(true);
    try {
      if (await signIn(text)) return store.trigger.session({ state: 'open' });
      setProblem('That did not open a session. A link works once, for five minutes: ask for a fresh one.');
    } catch {
      setProblem('The daemon does not answer. Is it running? Try: executor daemon status');
    }
    setBusy(false);
  };
  return (
    <main className="sign-in">
      <div className="sign-in-box">
        <Mark />
        <h1>Sign in to executor</h1>
        <p>This page talks to the daemon on your machine. Ask it for a link in a terminal, then open the link or paste it here.</p>
        <Code text="executor web --no-browser" name="Terminal" />
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <div className="field">
            <label htmlFor={id}>Sign-in link, code or token</label>
            <input id={id} type="password" autoComplete="off" value={text} onChange={event => setText(event.target.value)} />
          </div>
          {problem && <Note tone="failed" title={problem} />}
          <Button type="submit" look="primary" busy={busy}>
            Sign in
          </Button>
        </form>
        <p className="muted small">A link opens a session for this browser. A token is kept in this tab only.</p>
      </div>
    </main>
  );
}
