import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import { notify } from '../store.ts';
import { ConnectForm } from './connect-form.tsx';
import { Note } from './notes.tsx';

/** The login a call waits for, in place: once it is connected, the call goes on by itself. */
export function LoginAnswer({ view, interaction }: { view: ExecutionView; interaction: InteractionView }) {
  const { source = view.source, connection, missing } = interaction.login ?? {};
  if (source === undefined) return null;
  return (
    <>
      {missing && missing.length > 0 && (
        <Note tone="waiting" title="More is asked for than was granted">
          Missing: <code>{missing.join(' ')}</code>
        </Note>
      )}
      <ConnectForm
        source={source}
        name={connection ?? 'default'}
        onConnected={({ name }) => notify('done', `Connected ${source}/${name}. What waited for it goes on.`)}
      />
    </>
  );
}
