import { z } from 'zod';

import { Failure } from '../../failure.ts';
import type { Ecosystem, InstalledPackage } from '../ecosystem.ts';

/** Reads what Python itself would find; nothing of the packages runs. */
const script = `
import importlib.metadata as metadata, json
found = []
for one in metadata.distributions():
    name = one.metadata["Name"]
    if name:
        direct = json.loads(one.read_text("direct_url.json") or "{}")
        found.append({"name": name, "version": one.version, "commit": direct.get("vcs_info", {}).get("commit_id")})
print(json.dumps(found))
`;
const line = z
  .string()
  .max(300)
  .regex(/^\P{Cc}+$/u);
const schema = z.array(z.object({ name: line, version: line, commit: line.nullable() })).max(10_000);

/** Every distribution of a running backend. Throws IMAGE_BUILD_FAILED when its Python does not answer. */
export async function installedPython(
  run: Parameters<Ecosystem['installed']>[0],
): Promise<readonly InstalledPackage[]> {
  const { code, stdout, stderr } = await run(['python', '-c', script]);
  const read = code === 0 ? schema.safeParse(parsed(stdout)) : undefined;
  if (read?.success !== true)
    throw new Failure(
      'CONTAINER_UNHEALTHY',
      `Python does not say what is installed: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  return read.data.map(({ name, version, commit }) => ({ name, version, ...(commit === null ? {} : { commit }) }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
