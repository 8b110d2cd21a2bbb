type Node = Record<string, unknown>;

/** A copy of a document with what is sent, and no more: empty responses, no callbacks, and only the components that requests reach. */
export function requestsOnly(document: Node): Node {
  const copy = structuredClone(document);
  for (const item of Object.values((copy.paths ?? {}) as Record<string, Node>)) {
    for (const operation of Object.values(item)) {
      if (typeof operation !== 'object' || operation === null || !('responses' in operation)) continue;
      const bare = operation as Node;
      bare.responses = { 200: { description: 'OK' } };
      delete bare.callbacks;
    }
  }
  const reached = reachedFrom(copy);
  const tables = [
    [copy.components, '#/components/'],
    [copy, '#/'],
  ] as const;
  for (const [holder, prefix] of tables) {
    for (const [section, table] of Object.entries((holder ?? {}) as Record<string, Node>)) {
      if (!['schemas', 'responses', 'parameters', 'requestBodies', 'headers', 'definitions', 'examples'].includes(section)) continue;
      for (const name of Object.keys(table)) if (!reached.has(`${prefix}${section}/${name}`)) delete table[name];
    }
  }
  return copy;
}

/** Every component that the paths refer to, directly or through others. */
function reachedFrom(document: Node): Set<string> {
  const reached = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref } = node as Node;
    if (typeof $ref === 'string' && !reached.has($ref)) {
      reached.add($ref);
      const target = $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Node | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
      walk(target);
    }
    for (const value of Object.values(node)) walk(value);
  };
  walk(document.paths);
  return reached;
}
