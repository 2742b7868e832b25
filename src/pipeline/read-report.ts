// What did a run report? Its report.json, if it is whole, of this version, and as the run wrote it.
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { fileExists } from '../core/files.ts';
import type { Report } from '../report/report.ts';
import { reportSchema } from '../report/report-schema.ts';
import { readJson } from './read-json.ts';
import { openRunFolder } from './run-folder.ts';

const REPORT_FILE = 'report.json';

/**
 * The report of a run folder.
 *
 * @throws UsageError if there is no such folder, or its report is missing, was edited, or is of another version
 */
export function readReport(path: string): Report {
  if (!fileExists(path)) throw new UsageError(`cannot read ${path}: no such folder; \`bimt-export run --out DIR\` makes a run folder`);
  if (!fileExists(join(path, 'run.json')))
    throw new UsageError(
      `${path} is not a run folder: it holds no run.json; name a folder that \`bimt-export run --out DIR\` or \`map\` made`,
    );
  const folder = openRunFolder(path);
  if (!folder.has(REPORT_FILE))
    throw new UsageError(
      `${path} is half written: it holds no ${REPORT_FILE}; finish the run with the command that began it, or report what is there: bimt-export report ${path}`,
    );
  // The schema and the type of a report are held against each other where the schema is defined.
  return readJson(folder, REPORT_FILE, reportSchema, `make it anew: bimt-export report ${path}`) as Report;
}
