import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { groupBy } from '../group.ts';
import { useHits } from '../hits.ts';
import { newestFirst } from '../parts/execution-rows.tsx';
import { Icon } from '../parts/icons.tsx';
import { useSources } from '../parts/source-rows.tsx';
import { EffectBadge } from '../parts/state.tsx';
import { useStore } from '../store.ts';
import { type Command, commandsFor } from './commands.ts';

/** Go anywhere, find a tool, run it, answer what is pending, add a source, switch the theme: by typing a few letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { hits, looking } = useHits(text);
  const { sources } = useSources();
  const items = useStore(context => context.pending.items);
  const pending = useMemo(() => [...items.values()].map(({ view }) => view).sort((a, b) => -newestFirst(a, b)), [items]);
  const commands = useMemo(() => commandsFor({ text, pending, sources, hits }), [text, pending, sources, hits]);
  const index = Math.min(at, Math.max(0, commands.length - 1));
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [index]);

  const go = (command: Command | undefined, other = false) => {
    if (!command) return;
    dialog.current?.close();
    if (other && command.other) command.other.run();
    else command.run();
  };
  const press = (event: KeyboardEvent) => {
    const { length } = commands;
    if (event.key === 'ArrowDown') setAt((index + 1) % Math.max(1, length));
    else if (event.key === 'ArrowUp') setAt((index - 1 + length) % Math.max(1, length));
    else if (event.key === 'Enter') go(commands[index], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Search and commands"
      onClose={onClose}
      onClick={event => event.target === event.currentTarget && dialog.current?.close()}
      onKeyDown={press}
    >
      <div className="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search and commands"
          aria-expanded="true"
          aria-controls={`${base}-list`}
          aria-activedescendant={commands[index] ? `${base}-${index}` : undefined}
          aria-autocomplete="list"
          autoFocus
          placeholder="Find a tool, a page, an execution; paste an address to add it"
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={event => {
            setText(event.target.value);
            setAt(0);
          }}
        />
        {looking && <span className="spinner" aria-hidden="true" />}
      </div>
      <div className="palette-list" id={`${base}-list`} role="listbox" aria-label="Commands" ref={list}>
        {[...groupBy(commands, command => command.group)].map(([group, members]) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a listbox
          <div key={group} role="group" aria-label={group} className="palette-group">
            <span className="label" aria-hidden="true">
              {group}
            </span>
            {members.map(command => {
              const place = commands.indexOf(command);
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
                <div
                  key={command.id}
                  id={`${base}-${place}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={place === index}
                  data-at={place}
                  className="palette-row"
                  onPointerMove={() => setAt(place)}
                  onClick={() => go(command)}
                >
                  <Icon name={command.icon} />
                  <span className={command.mono ? 'path palette-label' : 'palette-label'}>{command.label}</span>
                  {command.aside && <span className="palette-aside">{command.aside}</span>}
                  {command.effect && <EffectBadge effect={command.effect} />}
                </div>
              );
            })}
          </div>
        ))}
        {commands.length === 0 && <p className="palette-none">{looking ? 'Looking…' : 'Nothing is called that.'}</p>}
      </div>
      <div className="palette-foot" aria-hidden="true">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>↵</kbd> open
        </span>
        {commands[index]?.other && (
          <span>
            <kbd>Ctrl ↵</kbd> {commands[index]?.other?.label}
          </span>
        )}
        <span>
          <kbd>Esc</kbd> close
        </span>
      </div>
    </dialog>
  );
}
