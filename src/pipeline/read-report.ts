// What did a run report? Its report.json, if it is whole, of this version, and as the run wrote it.
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { fileExists } from '../core/files.ts';
import { parseWith } from '../core/validate.ts';
import type { Report } from '../report/report.ts';
import { reportSchema } from '../report/report-schema.ts';
import { openRunFolder } from './run-folder.ts';

const REPORT_FILE = 'report.json';

/**
 * The report of a run folder.
 *
 * @throws UsageError if there is no such folder, or its report is missing, was edited, or is of another version
 */
export function readReport(path: string): Report {
  const anew = `make it anew: bimt-export report ${path}`;
  if (!fileExists(path)) throw new UsageError(`cannot read ${path}: no such folder; \`bimt-export run --out DIR\` makes a run folder`);
  if (!fileExists(join(path, 'run.json')))
    throw new UsageError(
      `${path} is not a run folder: it holds no run.json; name a folder that \`bimt-export run --out DIR\` or \`map\` made`,
    );
  const file = join(path, REPORT_FILE);
  const folder = openRunFolder(path);
  if (!folder.has(REPORT_FILE))
    throw new UsageError(
      `${path} is half written: it holds no ${REPORT_FILE}; finish the run with the command that began it, or report what is there: bimt-export report ${path}`,
    );
  const content = parseJson(folder.readOutput(REPORT_FILE, anew), `${file} is not JSON; ${anew}`);
  try {
    // The schema and the type of a report are held against each other where the schema is defined.
    return parseWith(reportSchema, content, file) as Report;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [first, ...more] = error.message.split('\n').slice(1);
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    throw new UsageError(`${file} is of another version of bimt-export${writtenBy(content)}:${first ?? ''}${others}; ${anew}`);
  }
}

function parseJson(bytes: Uint8Array, complaint: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UsageError(complaint, { cause: error });
  }
}

function writtenBy(content: unknown): string {
  const tool = (content as { run?: { tool?: unknown } } | null)?.run?.tool;
  return typeof tool === 'string' ? ` (${tool})` : '';
}
