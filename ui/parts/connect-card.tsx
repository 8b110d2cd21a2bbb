import { useEffect } from 'react';
import { api } from '../api.ts';
import { useResource } from '../resource.ts';
import type { ConnectInfo } from '../shapes.ts';
import { useStore } from '../store.ts';
import { watch } from '../wire.ts';
import { Code } from './copy.tsx';
import { Section } from './head.tsx';
import { ErrorNote, Skeleton } from './notes.tsx';
import { State } from './state.tsx';
import { type Tab, Tabs } from './tabs.tsx';
import { Ago } from './time.tsx';

const json = (value: unknown) => JSON.stringify(value, null, 2);
const quoted = (words: string[]) =>
  words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

/** How each client is told about this daemon: the exact text, with the real address. */
function ways({ mcpUrl, httpUrl, stdioCommand }: ConnectInfo): Tab[] {
  const base = httpUrl.replace(/\/$/, '');
  const [command = 'executor', ...args] = stdioCommand;
  const vscode = { name: 'executor', type: 'http', url: mcpUrl };
  const tab = (id: string, label: string, ...blocks: { say: string; text: string; name: string; language?: 'json' | 'shell' }[]): Tab => ({
    id,
    label,
    body: () =>
      blocks.map(({ say, ...code }) => (
        <div key={code.name} className="way">
          <p>{say}</p>
          <Code {...code} />
        </div>
      )),
  });
  return [
    tab('claude', 'Claude Code', {
      say: 'Run this once in a terminal.',
      name: 'Terminal',
      text: `claude mcp add --transport http executor ${mcpUrl}`,
    }),
    tab('cursor', 'Cursor', {
      say: 'Add this to the file, or merge it with the servers already there.',
      name: '~/.cursor/mcp.json',
      language: 'json',
      text: json({ mcpServers: { executor: { url: mcpUrl } } }),
    }),
    tab('vscode', 'VS Code', { say: 'Run this once in a terminal.', name: 'Terminal', text: `code --add-mcp '${JSON.stringify(vscode)}'` }),
    tab('codex', 'Codex', { say: 'Run this once in a terminal.', name: 'Terminal', text: `codex mcp add executor --url ${mcpUrl}` }),
    tab('opencode', 'OpenCode', {
      say: 'Add this to the configuration file of the project or of your home directory.',
      name: 'opencode.json',
      language: 'json',
      text: json({ $schema: 'https://opencode.ai/config.json', mcp: { executor: { type: 'remote', url: mcpUrl, enabled: true } } }),
    }),
    tab('http', 'HTTP', {
      say: 'Any program can search and call. The token is in the data directory, or comes from `executor token create`.',
      name: 'Terminal',
      text: `curl -s '${base}/api/tools?q=create+an+issue' \\\n  -H "Authorization: Bearer $EXECUTOR_TOKEN"\n\ncurl -s -X POST ${base}/api/tools/invoke/<path> \\\n  -H "Authorization: Bearer $EXECUTOR_TOKEN" \\\n  -H 'Content-Type: application/json' -d '{}'`,
    }),
    tab(
      'stdio',
      'stdio',
      {
        say: 'For clients that launch their servers: a bridge to this daemon, which it starts when needed.',
        name: 'Command',
        text: quoted(stdioCommand),
      },
      {
        say: 'The same as configuration.',
        name: 'mcp.json',
        language: 'json',
        text: json({ mcpServers: { executor: { command, args } } }),
      },
    ),
  ];
}

/** "Connect an agent": a tab for each client. */
export function ConnectCard() {
  const { data, error, reload } = useResource('connect', api.connect);
  return (
    <Section title="Connect an agent" aside={data && <code className="address">{data.mcpUrl}</code>}>
      <div className="connect">
        {error && !data && <ErrorNote error={error} retry={reload} />}
        {!error && !data && <Skeleton rows={4} height={24} />}
        {data && <Tabs tabs={ways(data)} label="Client" memory="executor.client" />}
        <Connected />
      </div>
    </Section>
  );
}

const FRESH = 90_000;

/** Says so when a client shows up, so that whoever connects one sees that it worked. */
function Connected() {
  useEffect(() => watch('clients'), []);
  const clients = useStore(context => context.clients);
  const ready = useStore(context => context.clientsReady);
  const newest = [...clients.values()].sort((a, b) => (a.seenAt < b.seenAt ? 1 : -1));
  return (
    <div className="connected" aria-live="polite">
      {ready && newest.length === 0 && (
        <p className="muted">No client has shown up since the daemon started. It appears here when it does.</p>
      )}
      {newest.slice(0, 3).map(client => (
        <p key={client.name}>
          <State
            tone={Date.now() - Date.parse(client.seenAt) < FRESH ? 'done' : 'idle'}
            word={Date.now() - Date.parse(client.seenAt) < FRESH ? 'connected just now' : 'connected'}
          />
          <strong>{client.name}</strong> <span className="muted">{client.version}</span>{' '}
          <span className="muted">
            <Ago at={client.seenAt} />
          </span>
        </p>
      ))}
    </div>
  );
}
