import { Head } from '../parts/head.tsx';
import { useTitle } from '../title.ts';
import { ActorPage } from './actor-page.tsx';
import { MachinePage } from './machine-page.tsx';

/** The state visualizer: every machine as a statechart with what is alive in it, and each actor's way through it. */
export function InspectorPage({ kind, id }: { kind: string; id: string | undefined }) {
  useTitle(id ?? 'Inspector');
  return (
    <div className="page wide">
      <Head
        title={id === undefined ? 'Inspector' : 'Actor'}
        {...(id !== undefined && { back: { to: `/inspector/${kind}`, label: `All ${kind} actors` } })}
        meta={
          id === undefined ? (
            <span>Every source and every execution is a state machine on disk. This is what is alive in them.</span>
          ) : (
            <span className="mono id">{`${kind}:${id}`}</span>
          )
        }
      />
      {id === undefined ? <MachinePage key={kind} kind={kind} /> : <ActorPage key={`${kind}:${id}`} kind={kind} id={id} />}
    </div>
  );
}
