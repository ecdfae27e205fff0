import { z } from 'zod';

import { text } from './schema-parts.ts';
import * as values from './values.ts';

const source = (description: string) => text(values.lineProblem, { description, maxLength: 500 });
const base = (description: string) => text(values.imageProblem, { description, pattern: values.imagePattern });

/** Keys of a server about the images that are built for it. */
export const imageKeys = {
  assembly: z
    .union([
      source('One source for all components.'),
      z.strictObject({
        backend: source('openimis-be_py.').exactOptional(),
        frontend: source('openimis-fe_js.').exactOptional(),
      }),
    ])
    .meta({
      description:
        'Where the assembly comes from: https://host/repository.git@ref, a folder, or an archive. Default: the repository and commit of the release.',
    })
    .exactOptional(),
  images: z
    .strictObject({
      base: z
        .strictObject({
          backend: base('For backend, ibackend and worker: Debian or a Python image on Debian.').exactOptional(),
          frontend: base('For the frontend.').exactOptional(),
        })
        .meta({ description: 'Base images. Default: Debian, or an official Python image for releases before 24.04.' })
        .exactOptional(),
    })
    .meta({ description: 'How images are built from the lock file.' })
    .exactOptional(),
  odbc: z
    .strictObject({
      driver: z.enum(['microsoft', 'freetds', 'none']).meta({
        description:
          'microsoft: msodbcsql17, whose licence must be accepted; freetds: free software; none: no SQL Server.',
      }),
      licenceAccepted: z.iso
        .date('is the day on which it was accepted: 2026-11-25')
        .meta({ description: "Day on which you accepted the licence of Microsoft's driver (YYYY-MM-DD)." })
        .exactOptional(),
    })
    .meta({ description: 'ODBC driver in the backend images, through which Django reaches SQL Server.' })
    .exactOptional(),
};

/** Where the assembly of a component comes from, when openimis.yaml says it. */
export function assemblySetting(
  setting: string | { readonly backend?: string; readonly frontend?: string } | undefined,
  kind: 'backend' | 'frontend',
): string | undefined {
  return typeof setting === 'string' ? setting : setting?.[kind];
}
