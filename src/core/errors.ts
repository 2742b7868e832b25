// Which failures do we know, how are they worded, and which exit code does each have?

/** Exit codes of the command line; documented in `bimt-export --help`. */
export const EXIT = { done: 0, bug: 1, usage: 2, fit: 3, mismatch: 4, interrupted: 130 } as const;

/** A failure a user can act on. Anything else that is thrown is a bug and is printed with its stack. */
export class BimtError extends Error {
  readonly exitCode: number = EXIT.bug;
}

/** An option, a config or an input file is wrong. Exit code 2. */
export class UsageError extends BimtError {
  override readonly exitCode = EXIT.usage;
}

/** One broken limit of a target, as rules report it. */
export interface Violation {
  /** Stable, greppable name, for example `fit/axons-in`. */
  readonly rule: string;
  /** The user's own name for what breaks it, for example `core 3` or `neuron 41`. */
  readonly subject: string;
  readonly found: number;
  readonly limit: number;
  readonly unit: string;
  /** Where the limit was read: file, field, provenance. */
  readonly source: string;
  /** Changes that lift it, each by itself; the last of them, which all violations of a network share, make the network fit. */
  readonly remedies: readonly string[];
}

/** The network breaks limits of the target, or a requirement is missed. Exit code 3. */
export class FitError extends BimtError {
  override readonly exitCode = EXIT.fit;
  constructor(
    message: string,
    readonly violations: readonly Violation[] = [],
  ) {
    super(violations.length === 0 ? message : `${message}\n${describeViolations(violations)}`);
  }
}

/** Two computations that must agree do not. Exit code 4. */
export class MismatchError extends BimtError {
  override readonly exitCode = EXIT.mismatch;
}

/** Stopped by the user; what was reached is on disk and can be resumed. Exit code 130. */
export class InterruptedError extends BimtError {
  override readonly exitCode = EXIT.interrupted;
}

/** Violations as text, worst first, ten at most (all of them are in the JSON); what to try is said once. */
export function describeViolations(violations: readonly Violation[]): string {
  const worst = [...violations].sort((a, b) => b.found / b.limit - a.found / a.limit);
  const said = new Set<string>();
  const lines = worst.slice(0, 10).map(({ subject, found, unit, limit, rule, source, remedies }) => {
    const news = remedies.filter((remedy) => !said.has(remedy));
    for (const remedy of news) said.add(remedy);
    const advice = news.length === 0 ? '' : `; try: ${news.join(', or ')}`;
    return `  ${subject}: ${found} ${unit}, limit ${limit} (${rule}; ${source})${advice}`;
  });
  if (worst.length > 10) lines.push(`  and ${worst.length - 10} more, all in the JSON output`);
  return lines.join('\n');
}

/** The error for a name nobody knows: nearest known names first, and how to list all. */
export function unknownName(kind: string, name: string, known: readonly string[], listWith: string): UsageError {
  const near = nearestNames(name, known);
  const hint = near.length > 0 ? `did you mean ${near.map((n) => `'${n}'`).join(' or ')}? ` : '';
  return new UsageError(`unknown ${kind} '${name}'; ${hint}list all with: ${listWith}`);
}

/** Up to three known names within a third of the name's length in edits, nearest first. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.ceil(name.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}

/** The same failure, if it is a user's, with the name of the file it was found in. */
export function foundIn(where: string, error: unknown): unknown {
  return error instanceof UsageError ? new UsageError(`${where}: ${error.message}`, { cause: error }) : error;
}

/** What to try with a file of ours that cannot be read. */
export const DAMAGED = 'the file is damaged, of another kind or of another version: make it anew with the command that wrote it';

/** Runs a reader of a user's file; what it refuses is told with a way out, unless it names one. */
export function orTry<T>(remedy: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw withRemedy(remedy, error);
  }
}

/** The same failure, if it is a user's, with what to try. */
export function withRemedy(remedy: string, error: unknown): unknown {
  if (!(error instanceof UsageError) || error.message.includes('try: ')) return error;
  // What is said in a line stays in it.
  const between = error.message.includes('\n') ? '\n  ' : '; ';
  return new UsageError(`${error.message}${between}try: ${remedy}`, { cause: error });
}

/** Message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
