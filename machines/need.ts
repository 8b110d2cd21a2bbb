import { fromPromise } from 'xstate';

/**
 * A hole in a machine: it names an effect and its types, and the runtime runs it. The machine itself never does anything, so an
 * effect that is started by accident rejects.
 */
export const need = <Output, Input>(name: string) =>
  fromPromise<Output, Input>(() => Promise.reject(new Error(`the effect "${name}" is run by the runtime`)));
