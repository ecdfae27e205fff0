import { join } from 'node:path';

import { workspaceJsonSchemaText } from '../json-schema.ts';
import { writeTextFile } from './files.ts';

/** Where the checked-in copy is, below the package's folder. */
export const jsonSchemaFile = 'templates/schema/openimis.schema.json';

/** Writes the checked-in JSON Schema anew (`npm run schema`). */
export async function writeJsonSchema(root: string): Promise<void> {
  await writeTextFile(join(root, jsonSchemaFile), workspaceJsonSchemaText(), { mode: 0o644 });
}
