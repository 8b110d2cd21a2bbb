import type { ReactNode } from 'react';
import { useStore } from '../store.ts';
import { Icon, type IconName } from './icons.tsx';

export interface ButtonProps {
  children?: ReactNode;
  icon?: IconName | undefined;
  label?: string | undefined;
  look?: 'primary' | 'danger' | 'plain' | 'quiet';
  size?: 'small' | 'normal';
  type?: 'button' | 'submit';
  busy?: boolean | undefined;
  /** Why it cannot be pressed now. It stays focusable, so that the reason can be read. */
  reason?: string | undefined;
  keys?: string | undefined;
  onClick?: (() => void) | undefined;
}

/** A button. Without children it is an icon with `label` as its name. */
export function Button({
  children,
  icon,
  label,
  look = 'plain',
  size = 'normal',
  type = 'button',
  busy,
  reason,
  keys,
  onClick,
}: ButtonProps) {
  const off = busy === true || reason !== undefined;
  return (
    <button
      type={type}
      className={`button ${look} ${size}${children === undefined ? ' square' : ''}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-label={children === undefined ? label : undefined}
      title={reason ?? (children === undefined ? label : undefined)}
      onClick={event => {
        if (off) event.preventDefault();
        else onClick?.();
      }}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
      {keys && (
        <span className="key" aria-hidden="true">
          {keys}
        </span>
      )}
    </button>
  );
}

/** The reason nothing can be sent now, for `Button.reason`. */
export function useOffline(): string | undefined {
  return useStore(context => context.link) === 'offline' ? 'Offline: the daemon does not answer.' : undefined;
}
