import type { ReactNode } from 'react';

const SHAPES = {
  home: <path d="M2.5 7 8 2.5 13.5 7v6a.5.5 0 0 1-.5.5H9.75v-4h-3.5v4H3a.5.5 0 0 1-.5-.5z" />,
  inbox: (
    <path d="M2.5 9.5 4.4 3.3a.75.75 0 0 1 .72-.55h5.76a.75.75 0 0 1 .72.55l1.9 6.2v3.25a.5.5 0 0 1-.5.5H3a.5.5 0 0 1-.5-.5zm0 0h3.25l.75 1.5h3l.75-1.5h3.25" />
  ),
  activity: <path d="M1.75 8h2.9l2-5 2.7 10 2-5h2.9" />,
  sources: <path d="M8 2 14 5 8 8 2 5zM2.25 8.25 8 11l5.75-2.75M2.25 11.25 8 14l5.75-2.75" />,
  shield: <path d="M8 1.75 13 3.5v4c0 3.2-2.1 5.6-5 6.75-2.9-1.15-5-3.55-5-6.75v-4z" />,
  minus: <path d="M3 8h10" />,
  fit: <path d="M2.5 5.75V2.5h3.25M10.25 2.5h3.25v3.25M13.5 10.25v3.25h-3.25M5.75 13.5H2.5v-3.25" />,
  first: <path d="M4 3.5v9M12 3.5 7 8l5 4.5z" />,
  previous: <path d="M11 3.5 5.5 8l5.5 4.5z" />,
  next: <path d="M5 3.5 10.5 8 5 12.5z" />,
  last: <path d="M12 3.5v9M4 3.5 9 8l-5 4.5z" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  inspect: <path d="M2.25 2.75h4.5v3.5h-4.5zM9.25 9.75h4.5v3.5h-4.5zM4.5 6.25v3.25a2 2 0 0 0 2 2h2.75M9.25 4.5h2.25v5.25" />,
  key: <path d="M10.75 8.5a3.25 3.25 0 1 0-3.1-2.3L2.5 11.35V13.5h2.15v-1.6h1.6v-1.6h1.4l1.1-1.1a3.2 3.2 0 0 0 2 .3zM11.6 4.4v.1" />,
  plug: <path d="M5.75 1.75v3.5M10.25 1.75v3.5M3.75 5.25h8.5v2a4.25 4.25 0 0 1-8.5 0zM8 11.5v2.75" />,
  gear: (
    <path d="M8 10.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5zM8 1.75v1.9M8 12.35v1.9M1.75 8h1.9M12.35 8h1.9M3.6 3.6l1.3 1.3M11.1 11.1l1.3 1.3M3.6 12.4l1.3-1.3M11.1 4.9l1.3-1.3" />
  ),
  scroll: <path d="M4 2.25h8v11.5H4zM6.25 5.25h3.5M6.25 8h3.5M6.25 10.75h2" />,
  more: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" />,
  branch: (
    <path d="M4.5 4.75v6.5M4.5 8c4 0 7 .25 7-3.25M4.5 4.75a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 14.25a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 4.75a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z" />
  ),
  bell: <path d="M3.25 11.25c1-1 1.25-2 1.25-4a3.5 3.5 0 0 1 7 0c0 2 .25 3 1.25 4zM6.75 13.5h2.5" />,
  plus: <path d="M8 3v10M3 8h10" />,
  check: <path d="m3 8.5 3.25 3.25L13 5" />,
  cross: <path d="m4 4 8 8M12 4l-8 8" />,
  copy: <path d="M5.75 5.75h7.5v7.5h-7.5zM10.25 5.75v-3h-7.5v7.5h3" />,
  refresh: <path d="M13.25 8A5.25 5.25 0 1 1 11.6 4.2L13.25 5.75M13.25 2.5v3.25H10" />,
  trash: <path d="M2.75 4.25h10.5M6 4V2.5h4V4M4.25 4.25l.5 9.25h6.5l.5-9.25M6.75 7v4M9.25 7v4" />,
  search: <path d="M7 11.75a4.75 4.75 0 1 0 0-9.5 4.75 4.75 0 0 0 0 9.5zM10.5 10.5l3.25 3.25" />,
  play: <path d="m5 3 7.5 5L5 13z" />,
  stop: <path d="M4.25 4.25h7.5v7.5h-7.5z" />,
  chevron: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  back: <path d="M13 8H3.25M7 4 3 8l4 4" />,
  external: <path d="M9.5 2.75h3.75V6.5M13 3 7.5 8.5M11.25 9.5v3.75h-8.5v-8.5H6.5" />,
  sun: (
    <path d="M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
  ),
  moon: <path d="M13.25 9.5A5.75 5.75 0 0 1 6.5 2.75a5.5 5.5 0 1 0 6.75 6.75z" />,
  system: <path d="M2.25 3.25h11.5v7.5H2.25zM5.5 13.25h5M8 10.75v2.5" />,
  warning: <path d="M8 2.25 14.25 13H1.75zM8 6.5v3M8 11.2v.1" />,
  question: (
    <path d="M8 14.25a6.25 6.25 0 1 0 0-12.5 6.25 6.25 0 0 0 0 12.5zM6.25 6.25a1.75 1.75 0 1 1 2.5 1.6c-.5.25-.75.6-.75 1.15M8 11.2v.1" />
  ),
  code: <path d="M5.25 4.5 1.75 8l3.5 3.5M10.75 4.5l3.5 3.5-3.5 3.5M9.25 2.75l-2.5 10.5" />,
  file: <path d="M4 1.75h5l3 3v9.5H4zM9 1.75v3h3" />,
  book: (
    <path d="M8 4c-1.5-1-3.25-1.25-5.25-1.25v9.5C4.75 12.25 6.5 12.5 8 13.5c1.5-1 3.25-1.25 5.25-1.25v-9.5C11.25 2.75 9.5 3 8 4zM8 4v9.5" />
  ),
  clock: <path d="M8 14.25a6.25 6.25 0 1 0 0-12.5 6.25 6.25 0 0 0 0 12.5zM8 4.5V8l2.25 1.75" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

/** A 16 px line icon. Decorative: the text beside it, or the button's label, says what it means. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}

/** The product's mark: a call that leaves one dot and comes back to another. */
export function Mark() {
  return (
    <svg className="mark" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path d="M9 10.5h9a5.5 5.5 0 0 1 0 11H9" className="mark-line" />
      <circle cx="9" cy="10.5" r="2.75" className="mark-dot" />
      <circle cx="9" cy="21.5" r="2.75" className="mark-ring" />
    </svg>
  );
}
