// How does a long computation tell how far it is? It calls back; only commands print.

/** One report of a running stage. `values` are printed in their order, for example loss and accuracy. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly values: Readonly<Record<string, number | string>>;
}

export type OnProgress = (progress: Progress) => void;

/** A warning with a stable name; commands print it, reports count it. */
export interface Warning {
  readonly rule: string;
  readonly message: string;
}
