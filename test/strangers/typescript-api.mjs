// Lets tools that want the compiler's API in JavaScript run beside a compiler that has none any more (TypeScript 7): `node --import`
// this, and `typescript` is the last one that has it.

import { register } from 'node:module';

const api = import.meta.resolve('@ts-morph/common');
const source = `import common from ${JSON.stringify(api)}; export default common.ts;`;
const hooks = `export const resolve = (specifier, context, next) => specifier === 'typescript'
  ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(source)}`)}, shortCircuit: true }
  : next(specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
