import { useLayoutEffect, useState } from 'react';
import type { Action } from '../../machines/schema/call.ts';
import type { Choice } from '../answers.ts';
import { changesOf } from '../diff.ts';
import { Button, useOffline } from './button.tsx';
import { Changes } from './changes.tsx';
import { JsonEditor, parseJson } from './json-editor.tsx';

/** A key press right after the request changed was meant for the one before. */
const GRACE = 600;

interface ApprovalProps extends Choice {
  /** What the machine allows now. */
  can: (action: Action) => boolean;
  destructive: boolean;
  keys: boolean;
  /** The arguments as asked for; without them they cannot be edited here. */
  input?: unknown;
}

/** Yes, no, or yes with other arguments. */
export function Approval({ busy, send, can, destructive, keys, input }: ApprovalProps) {
  const offline = useOffline();
  const [text, setText] = useState<string>();
  const { value, problem } = parseJson(text ?? '');
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const reason = offline ?? (text !== undefined && (problem || !isObject) ? 'The arguments are a JSON object.' : undefined);
  const accept = () => send('accept', text === undefined ? undefined : { input: value });
  useAnswerKeys(keys && !busy && !reason && can('accept'), key => (key === 'a' ? accept() : send('decline')));
  if (!can('accept') && !can('decline')) return null;
  return (
    <>
      {text !== undefined && <JsonEditor label="Arguments to send instead" text={text} onChange={setText} />}
      {isObject && text !== undefined && (
        <div>
          <h3 className="label">What you change</h3>
          <Changes changes={changesOf(input, value)} same="Nothing yet." />
        </div>
      )}
      <div className="actions">
        <Button
          look={destructive ? 'danger' : 'primary'}
          icon="check"
          busy={busy === 'accept'}
          reason={reason}
          keys={keys ? 'A' : undefined}
          onClick={accept}
        >
          {text === undefined ? 'Approve' : 'Approve with these'}
        </Button>
        <Button icon="cross" busy={busy === 'decline'} reason={offline} keys={keys ? 'D' : undefined} onClick={() => send('decline')}>
          Decline
        </Button>
        {input !== undefined && (
          <Button look="quiet" onClick={() => setText(text === undefined ? JSON.stringify(input, null, 2) : undefined)}>
            {text === undefined ? 'Edit arguments' : 'Keep them as asked'}
          </Button>
        )}
      </div>
    </>
  );
}

/** `a` and `d`, unless somebody is typing or the request has only just come into view. */
function useAnswerKeys(enabled: boolean, onKey: (key: 'a' | 'd') => void): void {
  const [since] = useState(() => performance.now());
  useLayoutEffect(() => {
    if (!enabled) return;
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog');
      if (typing || event.repeat || event.metaKey || event.ctrlKey || event.altKey || performance.now() - since < GRACE) return;
      if (event.key === 'a' || event.key === 'd') onKey(event.key);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
