import fc from 'fast-check';

/** Programs as nobody writes them: calls of every kind in loops, branches, races and try/catch, in any nesting. */

/** Programs that make such calls, and wait for such other things. */
export function programsOf(call: fc.Arbitrary<string>, other: fc.Arbitrary<string>) {
  const many = fc.array(call, { minLength: 1, maxLength: 4 }).map(calls => `[${calls.join(', ')}]`);
  const combined = fc.tuple(fc.constantFrom('all', 'allSettled', 'race', 'any'), many).map(([how, calls]) => `Promise.${how}(${calls})`);
  const asked = fc.oneof({ arbitrary: call, weight: 4 }, { arbitrary: combined, weight: 3 }, { arbitrary: other, weight: 1 });
  const guarded = (body: string) => `try { ${body} } catch (e) { out.push([e.name, e.code ?? e.message]) }`;
  const { statement } = fc.letrec<{ statement: string }>(tie => ({
    statement: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      asked.map(expression => guarded(`out.push(await ${expression})`)),
      asked.map(expression => `out.push(await ${expression})`),
      call.map(expression => `${expression}.catch(e => out.push(e.code))`),
      fc.constantFrom(
        'out.push(Math.random(), Date.now())',
        'out.push(crypto.randomUUID())',
        'console.log("at", out.length)',
        'emit(out.length)',
      ),
      fc.tuple(fc.integer({ min: 1, max: 3 }), tie('statement')).map(([n, body]) => `for (let i = 0; i < ${n}; i++) { ${body} }`),
      fc
        .array(tie('statement'), { minLength: 2, maxLength: 3 })
        .map(branches => guarded(`await Promise.all([${branches.map(branch => `(async () => { ${branch} })()`).join(', ')}])`)),
      tie('statement').map(body => `if (Math.random() < 0.5) { ${body} }`),
    ),
  }));
  return fc.array(statement, { minLength: 1, maxLength: 4 }).map(body => `const out = [];\n${body.join(';\n')};\nreturn out;`);
}

const tool = fc.constantFrom('read', 'read', 'read', 'write', 'ask', 'ask', 'blocked', 'none');

export const randomProgram = programsOf(
  fc.tuple(tool, fc.nat(9)).map(([name, i]) => `tools.shop.${name}${i}({ i: ${i}, seen: out.length })`),
  fc.constantFrom('sleep(0)', 'sleep(9e6)', 'tools.$search("x")', 'tools.$describe("shop.read1")'),
);

/** Which of the things that may happen next happens. */
export const randomOrder = fc.array(fc.nat(20), { minLength: 1, maxLength: 12 });

/** At which batches of its lives the process ends. */
export const randomCrashes = fc.array(
  fc.record({ batch: fc.integer({ min: 1, max: 7 }), when: fc.constantFrom('before' as const, 'after' as const) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
