import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from '../router.tsx';
import { belongs, GROUPS, SECTIONS, type Section } from '../sections.ts';
import { useStore } from '../store.ts';
import { Icon } from './icons.tsx';

/** The pages, in groups; on a phone the first ones as a bar, all of them behind "More". */
export function Navigation({ section }: { section: string }) {
  const current = SECTIONS.find(item => belongs(item, section));
  return (
    <nav className="sections" aria-label="Pages">
      {GROUPS.map(group => (
        <div key={group.name} className="section-group">
          <span className="section-name">{group.name}</span>
          {group.sections.map(item => (
            <SectionLink key={item.to} item={item} current={item === current} />
          ))}
        </div>
      ))}
      <More current={current} />
    </nav>
  );
}

function SectionLink({ item, current }: { item: Section; current: boolean }) {
  const waiting = useStore(context => context.pending.items.size);
  const counted = item.section === 'pending' && waiting > 0;
  return (
    <Link to={item.to} className={item.first ? 'section-link first' : 'section-link'} aria-current={current ? 'page' : undefined}>
      <Icon name={item.icon} />
      <span>{item.label}</span>
      {counted && (
        <span className="count">
          {waiting > 99 ? '99+' : waiting}
          <span className="hidden"> waiting</span>
        </span>
      )}
    </Link>
  );
}

/** What has no room on a phone's bar. */
function More({ current }: { current: Section | undefined }) {
  const [open, setOpen] = useState(false);
  const sheet = useRef<HTMLDialogElement>(null);
  const { path } = useLocation();
  useEffect(() => {
    if (open) sheet.current?.showModal();
  }, [open]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: having gone somewhere closes it
  useEffect(() => sheet.current?.close(), [path]);
  return (
    <>
      <button
        type="button"
        className="section-link first more-button"
        aria-expanded={open}
        aria-current={current?.first ? undefined : 'page'}
        onClick={() => setOpen(true)}
      >
        <Icon name="more" />
        <span>More</span>
      </button>
      {open && (
        <dialog
          ref={sheet}
          className="sheet"
          aria-label="More pages"
          onClose={() => setOpen(false)}
          onClick={event => event.target === event.currentTarget && sheet.current?.close()}
          onKeyDown={() => undefined}
        >
          <ul>
            {SECTIONS.filter(item => !item.first).map(item => (
              <li key={item.to}>
                <Link
                  to={item.to}
                  className="section-link"
                  aria-current={item === current ? 'page' : undefined}
                  onClick={() => sheet.current?.close()}
                >
                  <Icon name={item.icon} />
                  <span>{item.label}</span>
                </Link>
              </li>
            ))}
          </ul>
        </dialog>
      )}
    </>
  );
}
