import type { ExecutionView } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { canCancel } from '../can.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';

/** Ends an execution, for as long as its machine allows it. */
export function CancelButton({ view }: { view: ExecutionView }) {
  const offline = useOffline();
  const { busy, submit } = useSubmit();
  if (!canCancel(view)) return null;
  const cancel = async () => {
    await api.cancel(view.id).catch((error: Error) => notify('failed', error.message));
  };
  return (
    <Button icon="stop" busy={busy} reason={offline} onClick={() => void submit(cancel)}>
      Cancel
    </Button>
  );
}
