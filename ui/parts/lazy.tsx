import { Component, type ReactNode, Suspense } from 'react';
import { Button } from './button.tsx';
import { Note, Skeleton } from './notes.tsx';

/** A part of the UI that is fetched when it is opened: grey bars until it is there, and a way out when it does not come. */
export function Later({ children }: { children: ReactNode }) {
  return (
    <Fetched>
      <Suspense fallback={<Waiting />}>{children}</Suspense>
    </Fetched>
  );
}

function Waiting() {
  return (
    <div className="page">
      <div className="card">
        <Skeleton rows={8} height={24} />
      </div>
    </div>
  );
}

/** React has no other way to catch what a child throws. */
class Fetched extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    const missing = /dynamically imported module|Failed to fetch|Importing a module/i.test(this.state.error.message);
    return (
      <div className="page">
        <Note
          tone="failed"
          title={missing ? 'This part of the page could not be fetched' : 'This page has a fault'}
          actions={
            <Button size="small" icon="refresh" onClick={() => location.reload()}>
              Load the page again
            </Button>
          }
        >
          {missing ? 'The daemon does not answer, or it has been updated since the page was opened.' : this.state.error.message}
        </Note>
      </div>
    );
  }
}
