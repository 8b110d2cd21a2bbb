import type { ReactNode } from 'react';
import type { ApiError } from '../request.ts';
import type { Tone } from '../states.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icons.tsx';

const ICONS: Record<Tone, IconName> = {
  working: 'clock',
  waiting: 'warning',
  done: 'check',
  failed: 'cross',
  unknown: 'question',
  idle: 'question',
};

/** A boxed remark in a state's colour. */
export function Note({ tone, title, children, actions }: { tone: Tone; title?: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={`note ${tone}`} role={tone === 'failed' ? 'alert' : undefined}>
      <Icon name={ICONS[tone]} />
      <div className="note-text">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
        {actions && <div className="note-actions">{actions}</div>}
      </div>
    </div>
  );
}

/** A refusal or failure: what happened, its code, and a way to try again. */
export function ErrorNote({ error, retry }: { error: Pick<ApiError, 'code' | 'message'>; retry?: (() => void) | undefined }) {
  return (
    <Note
      tone="failed"
      title={error.message}
      actions={
        retry && (
          <Button size="small" icon="refresh" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      <code>{error.code}</code>
    </Note>
  );
}

/** Nothing here, why that is, and what to do about it. */
export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={20} />
      </span>
      <p className="empty-title">{title}</p>
      {children && <p className="empty-text">{children}</p>}
      {action}
    </div>
  );
}

/** Grey bars in the shape of what is about to come. */
export function Skeleton({ rows = 3, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all the same
        <span key={row} style={{ height, width: `${92 - ((row * 17) % 38)}%` }} />
      ))}
    </div>
  );
}
