import { z } from 'zod';

import { normalisePythonName } from '../../package-name.ts';
import type { Requirement, Requirements } from '../registry.ts';

/** `Requires-Dist: name[extra] (>=1,<2) ; marker`. Undefined: a direct address, or nothing that can be read. */
export function readRequiresDist(text: string): Requirement | undefined {
  const [before = '', ...rest] = text.split(';');
  const marker = rest.join(';').trim();
  const parts = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*?)\s*$/.exec(before);
  if (parts === null) return undefined;
  const spec = parts[2]!.replace(/^\((.*)\)$/, '$1').replace(/\s+/g, '');
  // `name @ https://…`: bound to a place, not to a version.
  const words = spec === '' || spec.startsWith('@') ? '*' : spec;
  return {
    package: normalisePythonName(parts[1]!),
    spec: words,
    ...(marker === '' ? {} : { marker: marker.slice(0, 500) }),
  };
}

function requirementsOf(lines: readonly string[], requiresPython: string | undefined): Requirements {
  return {
    requires: lines.slice(0, 2000).flatMap((line) => readRequiresDist(line.slice(0, 1000)) ?? []),
    ...(requiresPython === undefined || requiresPython === '' ? {} : { requiresPython: requiresPython.slice(0, 500) }),
  };
}

const releaseSchema = z.looseObject({
  info: z.looseObject({
    requires_dist: z.array(z.string()).nullish(),
    requires_python: z.string().nullish(),
  }),
  urls: z.array(z.looseObject({ packagetype: z.string() })).optional(),
});

/** PyPI's own `/pypi/<name>/<version>/json`. `null`: it does not know (a source archive whose metadata nobody has read). */
export function readReleaseJson(body: string): Requirements | null {
  const parsed = releaseSchema.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error('it says nothing of a release');
  const { requires_dist: lines, requires_python: python } = parsed.data.info;
  const hasWheel = parsed.data.urls?.some(({ packagetype }) => packagetype === 'bdist_wheel') === true;
  if ((lines === null || lines === undefined) && !hasWheel) return null;
  return requirementsOf(lines ?? [], python ?? undefined);
}

/** The head of a METADATA file (PEP 566): fields like those of a mail. */
export function readMetadata(text: string): Requirements {
  const [head = ''] = text.replaceAll('\r\n', '\n').split('\n\n');
  const fields = head.replace(/\n[ \t]+/g, ' ').split('\n');
  if (!fields.some((field) => /^Metadata-Version:/i.test(field))) throw new Error('it is no METADATA');
  const values = (name: string): readonly string[] =>
    fields
      .filter((field) => field.toLowerCase().startsWith(`${name}:`))
      .map((field) => field.slice(name.length + 1).trim());
  return requirementsOf(values('requires-dist'), values('requires-python')[0]);
}
