import type { IconName } from './parts/icons.tsx';

/** A page one can go to from anywhere. `also` names the first segments of addresses that belong to it. */
export interface Section {
  to: string;
  section: string;
  label: string;
  icon: IconName;
  also?: string;
  /** Where it stands: on the bar of a phone, too, or only in its menu. */
  first?: true;
}

export const GROUPS: readonly { name: string; sections: readonly Section[] }[] = [
  {
    name: 'Now',
    sections: [
      { to: '/', section: '', label: 'Home', icon: 'home', first: true },
      { to: '/pending', section: 'pending', label: 'Inbox', icon: 'inbox', also: 'resume', first: true },
      { to: '/executions', section: 'executions', label: 'Executions', icon: 'activity', first: true },
      { to: '/run', section: 'run', label: 'Run code', icon: 'code' },
      { to: '/inspector', section: 'inspector', label: 'Inspector', icon: 'inspect' },
    ],
  },
  {
    name: 'Catalog',
    sections: [
      { to: '/sources', section: 'sources', label: 'Sources', icon: 'sources', also: 'tools add', first: true },
      { to: '/connections', section: 'connections', label: 'Connections', icon: 'plug' },
      { to: '/policies', section: 'policies', label: 'Policies', icon: 'shield' },
    ],
  },
  {
    name: 'Daemon',
    sections: [
      { to: '/tokens', section: 'tokens', label: 'Tokens', icon: 'key' },
      { to: '/audit', section: 'audit', label: 'Audit', icon: 'scroll' },
      { to: '/settings', section: 'settings', label: 'Settings', icon: 'gear' },
    ],
  },
];

export const SECTIONS: readonly Section[] = GROUPS.flatMap(({ sections }) => sections);

/** Whether an address that starts with `segment` belongs to a section. */
export const belongs = (item: Section, segment: string): boolean =>
  item.section === segment || item.also?.split(' ').includes(segment) === true;
