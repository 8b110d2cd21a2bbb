/**
 * Takes the types out of TypeScript and leaves every line where it was. The stripper is loaded by the first program that needs it: most are
 * plain JavaScript.
 * @throws SyntaxError with `loc`
 */
export async function stripTypes(code: string): Promise<string> {
  const sucrase = await import('sucrase');
  // As a bundle has it, it is a CommonJS module.
  const { transform } = 'transform' in sucrase ? sucrase : (sucrase as { default: typeof sucrase }).default;
  return transform(code, { transforms: ['typescript'], disableESTransforms: true, keepUnusedImports: true }).code;
}

/** A generic call, `f<T>(x)`, is also two comparisons in JavaScript; nobody writes those. */
export const looksTyped = (code: string): boolean => /[\w$]<[^<>;=]*>+\s*\(/.test(code);
