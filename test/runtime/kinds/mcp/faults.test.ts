import type { Runtime } from '../../../../runtime/runtime.ts';
import { testFaults } from '../../../contracts/faults.ts';
import { openFaultyCommand } from '../../../contracts/faulty-command.ts';
import { until } from './house.ts';
import { Remote, tool } from './remote.ts';

const remote = new Remote();
remote.tools = [tool('look', { annotations: { readOnlyHint: true } })];

/** Only of a trusted server a read is a read, which fails where a write would be in doubt. */
async function trust(runtime: Runtime): Promise<void> {
  await runtime.sources.update('bad', { trusted: true });
  await until('the tool to be a read', async () => {
    const { effect } = await runtime.tools.describe('bad.look', runtime.principals.owner);
    return effect === 'read';
  });
}

const read = { path: 'bad.look', input: {}, result: { content: [{ type: 'text', text: 'look done' }] } };

testFaults({
  kind: 'mcp over HTTP',
  upstream: (req, res) => remote.listener(req, res),
  input: url => ({ url: `${url}/mcp`, kind: 'mcp' }),
  arrange: trust,
  read,
  // What is no message is no tool's answer; one that does not end is over at the size of a message.
  calls: { 'bad JSON': 'mcp_tool_error', 'huge answer': 'body_too_large' },
});

testFaults({
  kind: 'mcp over pipes',
  upstream: openFaultyCommand,
  // No status comes over pipes.
  faults: ['refuse', 'hang', 'slow-loris', 'bad JSON', 'huge answer', 'crash'],
  input: path => ({ command: process.execPath, args: [path] }),
  arrange: trust,
  read,
  calls: { 'bad JSON': 'mcp_tool_error', 'huge answer': 'upstream_unreachable' },
});
