import type { Stored } from '../../machines/schema/reference.ts';
import type { StepKind } from '../sandbox/protocol.ts';

/** A step, as the program asked it. */
export interface StepRow {
  n: number;
  kind: StepKind;
  hash: string;
  summary: string;
  line?: number;
  at: string;
  /** The path of a call's tool. */
  tool?: string;
  /** The execution that carries out a call. */
  child?: string;
  /** What was asked, where no execution keeps it. */
  request?: Stored;
  /** Taken over from the program it was forked from. */
  kept?: true;
}

/** The end of a step, as the program was given it. */
export interface DeliveryRow {
  n: number;
  order: number;
  at: string;
  ok: boolean;
  /** The value, or the error; nothing stands for undefined. */
  value?: Stored;
}

/** What a program showed: an emitted value as JSON text, or a line of its console. */
export interface OutputRow {
  kind: 'emit' | 'log';
  text: string;
  level?: string;
  line?: number;
}
