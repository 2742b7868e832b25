// Which ways are there to write a sequence? Known without the code that writes.

/** How a sequence is written: the RNN operator, or a Scan over time of single operators. */
export const SEQUENCES = ['rnn', 'scan'] as const;
export type Sequence = (typeof SEQUENCES)[number];
