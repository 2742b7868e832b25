// Which targets does a run take that names none? Known without the code that reads them.

/**
 * Targets of a run that names none: an event chip with silicon behind its numbers, a crossbar accelerator that never was
 * built, and a crossbar mesh to play with. All that ship would take a run many times as long.
 */
export const DEFAULT_TARGETS: readonly string[] = ['isaac-ce', 'loihi1', 'rram-mesh'];
