import { useState } from 'react';
import type { SourceInput } from '../../machines/schema/source.ts';
import { api } from '../api.ts';
import { type Command, readGiven, useDetection } from '../detection.ts';
import { AddedSource } from '../parts/added-source.tsx';
import { Button, useOffline } from '../parts/button.tsx';
import { DescriptionField, type Document } from '../parts/description-field.tsx';
import { DetectionNote } from '../parts/detection-note.tsx';
import { TextField } from '../parts/fields.tsx';
import { Head } from '../parts/head.tsx';
import { ErrorNote, Note } from '../parts/notes.tsx';
import { HEADERS, type NamedSecret, SecretFields } from '../parts/secret-fields.tsx';
import { useSources } from '../parts/source-rows.tsx';
import { Suggestions } from '../parts/suggestions.tsx';
import { useLocation } from '../router.tsx';
import { useSubmit } from '../submit.ts';
import { useTitle } from '../title.ts';

const NAMESPACE = /^[a-z][a-zA-Z0-9_-]{0,62}$/;

/** One field takes an address or a document; what is found there fills in the rest; then one watches it become tools. */
export function AddSourcePage() {
  useTitle('Add source');
  const [added, setAdded] = useState<string>();
  const { query } = useLocation();
  const [text, setText] = useState(query.get('url') ?? '');
  const [document, setDocument] = useState<Document>();
  const [allowPrivate, setAllowPrivate] = useState(false);
  const [typedName, setTypedName] = useState<string>();
  const [typedBase, setTypedBase] = useState<string>();
  const [headers, setHeaders] = useState<NamedSecret[]>([]);
  const given = document ? ({ kind: 'document', text: document.text } as const) : readGiven(text);
  const { detection, retry } = useDetection(given, allowPrivate);
  const candidate = detection.state === 'found' ? detection.candidate : undefined;
  const namespace = typedName ?? candidate?.namespace ?? '';
  const baseUrl = typedBase ?? candidate?.baseUrl ?? '';
  const { sources } = useSources();
  const taken = sources.some(source => source.namespace === namespace && source.state !== 'failed');
  const nameProblem = !NAMESPACE.test(namespace)
    ? 'A small letter first, then letters, digits, - or _.'
    : taken
      ? `There is already a source called ${namespace}.`
      : undefined;

  const input = (): SourceInput => ({
    ...(given.kind === 'url' && { url: given.url }),
    ...(given.kind === 'document' && { spec: given.text }),
    ...(given.kind === 'command' && {
      command: given.command,
      args: given.args,
      ...(Object.keys(given.env).length > 0 && { env: given.env }),
    }),
    ...(candidate && { kind: candidate.kind }),
    namespace,
    ...(typedBase?.trim() && { baseUrl: typedBase.trim() }),
    ...(headers.some(isGiven) && { headers: Object.fromEntries(headers.filter(isGiven).map(({ name, value }) => [name.trim(), value])) }),
    ...(allowPrivate && { allowPrivate }),
  });
  const { busy, error, submit } = useSubmit();

  if (added) return <AddedSource namespace={added} onAgain={() => setAdded(undefined)} />;
  return (
    <div className="page narrow">
      <Head title="Add source" back={{ to: '/sources', label: 'Sources' }} />
      <form
        className="card add"
        onSubmit={event => {
          event.preventDefault();
          void submit(async () => setAdded((await api.addSource(input())).namespace));
        }}
      >
        <DescriptionField text={text} onText={setText} document={document} onDocument={setDocument} />
        <DetectionNote given={given} detection={detection} allowPrivate={allowPrivate} onAllowPrivate={setAllowPrivate} onRetry={retry} />
        {candidate && (
          <div className="found">
            <TextField
              label="Name"
              mono
              value={namespace}
              onChange={setTypedName}
              problem={nameProblem}
              help={`Tools will be called ${namespace || 'name'}.…`}
            />
            {given.kind === 'command' ? (
              <Started given={given} />
            ) : (
              <>
                <TextField label="Calls go to" mono value={baseUrl} onChange={setTypedBase} placeholder="as the description says" />
                <SecretFields words={HEADERS} secrets={headers} onChange={setHeaders} />
              </>
            )}
            {error && <ErrorNote error={error} />}
            <div className="actions">
              <SubmitButton busy={busy} problem={nameProblem} />
            </div>
          </div>
        )}
      </form>
      {given.kind === 'nothing' && <Suggestions />}
    </div>
  );
}

/** What will be started, word by word, so that nobody is surprised. */
function Started({ given }: { given: Command }) {
  const names = Object.keys(given.env);
  return (
    <Note tone="waiting" title="A program will be started on this machine">
      It is started as it stands here, without a shell, whenever one of its tools is called.
      <ol className="words">
        {[given.command, ...given.args].map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word of a command is its place
          <li key={index}>
            <code>{word}</code>
          </li>
        ))}
      </ol>
      {names.length > 0 && <p className="small">With {names.join(', ')}, sealed and never shown again.</p>}
    </Note>
  );
}

const isGiven = (header: NamedSecret) => header.name.trim() !== '' && header.value !== '';

function SubmitButton({ busy, problem }: { busy: boolean; problem: string | undefined }) {
  const offline = useOffline();
  return (
    <Button type="submit" look="primary" busy={busy} reason={offline ?? problem}>
      Add source
    </Button>
  );
}
