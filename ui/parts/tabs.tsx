import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';

export interface Tab {
  id: string;
  label: ReactNode;
  body: () => ReactNode;
}

/** Tabs by the ARIA pattern: arrow keys move, the chosen one is remembered under `memory`. */
export function Tabs({ tabs, label, memory }: { tabs: readonly Tab[]; label: string; memory?: string }) {
  const base = useId();
  const [chosen, setChosen] = useState(() => (memory && localStorage.getItem(memory)) || tabs[0]?.id);
  const current = tabs.find(tab => tab.id === chosen) ?? tabs[0];
  const choose = (id: string) => {
    setChosen(id);
    if (memory) localStorage.setItem(memory, id);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || !current) return;
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  if (!current) return null;
  return (
    <div className="tabs">
      <div className="tab-list" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab === current}
            aria-controls={`${base}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} className="tab-panel" role="tabpanel" aria-labelledby={`${base}-${current.id}`}>
        {current.body()}
      </div>
    </div>
  );
}
