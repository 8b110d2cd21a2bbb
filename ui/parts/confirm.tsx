import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  title: string;
  children: ReactNode;
  action: string;
  busy?: boolean | undefined;
  reason?: string | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, action, busy, reason, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {close => (
        <>
          <div className="dialog-text">{children}</div>
          <div className="actions end">
            <Button onClick={close}>Cancel</Button>
            <Button look="danger" busy={busy} reason={reason} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
