import type { ReactNode } from 'react';
import { Link } from '../router.tsx';
import { Icon } from './icons.tsx';

interface HeadProps {
  title: ReactNode;
  back?: { to: string; label: string };
  meta?: ReactNode;
  actions?: ReactNode;
}

/** The top of a page: where it belongs, what it is, what can be done with it. */
export function Head({ title, back, meta, actions }: HeadProps) {
  return (
    <div className="head">
      {back && (
        <Link to={back.to} className="back">
          <Icon name="back" />
          {back.label}
        </Link>
      )}
      <div className="head-row">
        <h1>{title}</h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {meta && <div className="meta">{meta}</div>}
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, aside, children, flush }: { title: ReactNode; aside?: ReactNode; children: ReactNode; flush?: boolean }) {
  return (
    <section className={`card${flush ? ' flush' : ''}`}>
      <div className="card-head">
        <h2>{title}</h2>
        {aside}
      </div>
      <div className="card-body">{children}</div>
    </section>
  );
}
