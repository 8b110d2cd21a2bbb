import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DialogProps {
  title: string;
  wide?: boolean;
  onClose: () => void;
  /** What it holds; it is given the way to close it. */
  children: (close: () => void) => ReactNode;
}

/** A native dialog, opened as it appears: it traps the focus, closes on Escape, and gives the focus back. */
export function Dialog({ title, wide, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
