// Which of our files have a published form? Their JSON Schemas, made from what reads and writes them.
import { z } from 'zod';
import { meaningText, type SchemaNode } from '../core/allowed.ts';
import { mappingSchema } from '../mapping/mapping-file.ts';
import { metricsSchema } from '../report/metrics.ts';
import { reportSchema } from '../report/report-schema.ts';
import { targetSchema } from '../targets/schema.ts';
import { RunSettings } from './config.ts';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A published form. */
interface Published {
  /** Which files have it. */
  readonly title: string;
  readonly schema: () => JsonSchema;
}

/** As a file is written by people, defaults left out, or as we write it. */
type Form = 'input' | 'output';
/** Whether parts that are used several times are written once; large schemas need it, small ones read better without. */
const formOf = (schema: z.ZodType, io: Form, reused: 'inline' | 'ref' = 'inline'): JsonSchema =>
  z.toJSONSchema(schema, { io, reused, override: ({ jsonSchema }) => tellMeaning(jsonSchema) });

/** Units and what null stands for belong to the description where others read it. */
function tellMeaning(json: object): void {
  const node: SchemaNode = json;
  if (node.unit === undefined && node.none === undefined) return;
  Object.assign(json, { description: meaningText(node) });
  Reflect.deleteProperty(json, 'unit');
  Reflect.deleteProperty(json, 'none');
}

/** Published forms by the name that `bimt-export schema` takes. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  config: { title: 'settings of a run: bimt.yaml, config.json', schema: () => formOf(RunSettings, 'input') },
  metrics: { title: 'metrics.json of a run folder', schema: () => formOf(metricsSchema, 'output') },
  report: { title: 'report.json of a run folder', schema: () => formOf(reportSchema, 'output', 'ref') },
  mapping: { title: 'mapping.json of a target in a run folder', schema: () => formOf(mappingSchema, 'output') },
  target: { title: 'target file', schema: () => wholeOrExtending(formOf(targetSchema, 'input', 'ref')) },
};

/** The schema of a published form, with its title. */
export function jsonSchema({ title, schema }: Published): JsonSchema {
  const { $schema, ...rest } = schema();
  return { $schema, title: `bimt-export: ${title}`, ...rest };
}

/** A file that extends another states only what differs, so hardly anything can be asked of it alone. */
function wholeOrExtending({ $schema, $defs, ...whole }: JsonSchema): JsonSchema {
  const { extends: base, id } = whole['properties'] as Readonly<Record<string, JsonSchema>>;
  return { $schema, type: 'object', anyOf: [{ required: ['extends', 'id'], properties: { extends: base, id } }, whole], $defs };
}
