/** How an input of a tool becomes a GraphQL request: what the kind keeps of an operation. */
export interface Binding {
  /** Where it answers; none when nobody has said. */
  readonly servers: readonly string[];
  readonly operation: 'query' | 'mutation';
  readonly field: string;
  /** Types of the arguments by name, `=` behind one that has a default. */
  readonly args: Readonly<Record<string, string>>;
  /** The type of the field. */
  readonly returns: string;
  /** What is selected of it unless the caller says; none of a scalar. */
  readonly selection?: string;
}
