import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Effect } from '../../machines/schema/tool.ts';
import { stateOf, type Tone, toneOf, wordOf } from '../states.ts';

/** A coloured dot with a word: how every state looks everywhere. */
export function State({ tone, word, quiet }: { tone: Tone; word: string; quiet?: boolean }) {
  return (
    <span className={`state ${tone}${quiet ? ' quiet' : ''}`}>
      <span className="dot" aria-hidden="true" />
      {word}
    </span>
  );
}

export function SourceState({ state, quiet }: { state: string; quiet?: boolean }) {
  return <State tone={toneOf(state)} word={wordOf(state)} {...(quiet && { quiet })} />;
}

export function ExecutionState({ view, quiet }: { view: ExecutionView; quiet?: boolean }) {
  return <State {...stateOf(view)} {...(quiet && { quiet })} />;
}

const EFFECTS: Record<Effect, string> = {
  read: 'Reads only: may be repeated',
  write: 'Changes something: sent at most once',
  destructive: 'Deletes or overwrites: sent at most once',
};

/** What a tool may do to the world. */
export function EffectBadge({ effect }: { effect: Effect }) {
  return (
    <span className={`effect ${effect}`} title={EFFECTS[effect]}>
      {effect}
    </span>
  );
}

/** A dotted tool path with its namespace set back. `short` leaves the namespace out. */
export function ToolPath({ path, short }: { path: string; short?: boolean }) {
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(dot + 1);
  return (
    <span className="path">
      {!short && dot >= 0 && <span className="path-source">{path.slice(0, dot + 1)}</span>}
      {name}
    </span>
  );
}
