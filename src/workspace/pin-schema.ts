import { z } from 'zod';

import { text } from './schema-parts.ts';
import * as values from './values.ts';

const version = text(values.lineProblem, { description: 'Exact version or git reference.', maxLength: 500 });

const hotfix = z
  .strictObject({
    pin: version,
    reason: text(values.lineProblem, { description: 'Why it is needed.', maxLength: 500 }),
    until: z.iso
      .date('is the last day on which it is all right: 2026-12-31')
      .meta({ description: 'Last day on which it is all right (YYYY-MM-DD); from the next day on status says so.' }),
  })
  .meta({ description: 'A pin for a while. `openimis versions pin --reason --until` writes it.' });

const pin = z.union([version, hotfix]).meta({ description: 'Version, or a hotfix with its reason and its last day.' });

const names = {
  frontend: [values.npmNameProblem, values.npmNamePattern],
  ibackend: [values.pythonNameProblem, values.pythonNamePattern],
  backend: [values.pythonNameProblem, values.pythonNamePattern],
} as const;

function perComponent<T extends z.ZodType>(value: T, npm: string, python: string) {
  const of = (component: keyof typeof names, description: string) =>
    z
      .record(text(names[component][0], { description: 'Name of the package.', pattern: names[component][1] }), value)
      .meta({ description })
      .exactOptional();
  return z.strictObject({
    frontend: of('frontend', `npm packages: ${npm}`),
    ibackend: of('ibackend', `PyPI packages: ${python}`),
    backend: of('backend', `PyPI packages: ${python}`),
  });
}

/** Keys of a server about its modules. */
export const pinKeys = {
  pins: perComponent(pin.nullable(), '"@openimis/fe-core": "1.0.0"', 'openimis-be-core: "1.0.4"')
    .meta({ description: 'Own pins on top of the release. null removes a module of the release.' })
    .exactOptional(),
  extra: perComponent(pin, '"moment": "2.30.1"', 'requests: "2.32.3"')
    .meta({ description: 'Packages that modules import without declaring them; pinned and locked like modules.' })
    .exactOptional(),
};
