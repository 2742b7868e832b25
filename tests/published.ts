// Is a file what its published JSON Schema says? Asked of a validator that is not ours.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { PACKAGE_ROOT } from '../src/core/version.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

/** A published schema, as it ships. */
export function publishedSchema(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'schemas', `${name}.schema.json`), 'utf8'));
}

/** What is wrong with data of a published form: a line each, nothing if all is well. */
export function faultsIn(name: string, data: unknown): string[] {
  const validate = ajv.getSchema(name) ?? ajv.addSchema(publishedSchema(name), name).getSchema(name);
  if (validate === undefined) throw new Error(`schemas/${name}.schema.json cannot be compiled`);
  validate(data);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}
