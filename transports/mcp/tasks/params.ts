/** What the methods of tasks are asked with. */
export type TaskParams = { taskId: string };
export type ListParams = { cursor?: string };

interface Schema<T> {
  params: {
    '~standard': {
      version: 1;
      vendor: string;
      validate: (value: unknown) => { value: T } | { issues: { message: string }[] };
      types?: { input: T; output: T };
    };
  };
}

export function paramsOf(name: 'taskId'): Schema<TaskParams>;
export function paramsOf(name: 'cursor'): Schema<ListParams>;
/** Parameters of which one is looked at: a task's id has to be there, a cursor may be. */
export function paramsOf(name: 'taskId' | 'cursor'): Schema<TaskParams> | Schema<ListParams> {
  const validate = (value: unknown) => {
    const given = (value as Record<string, unknown> | undefined)?.[name];
    const fits = typeof given === 'string' || (name === 'cursor' && given === undefined);
    return fits ? { value: value as TaskParams & ListParams } : { issues: [{ message: `${name} must be a string` }] };
  };
  return { params: { '~standard': { version: 1, vendor: 'executor', validate } } };
}
