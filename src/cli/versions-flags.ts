import { Flags } from '@oclif/core';

import { exitCodes, Failure } from '../failure.ts';
import type { PinComponent } from '../modules/package-name.ts';
import { pinComponents } from '../modules/pin-set.ts';
import { csv, markdown } from './views/sheets.ts';

export const componentFlag = Flags.option({
  options: pinComponents,
  description: 'only this component',
})();

/** Forms of a list that other programs read; without one a person does. */
export const tableFlags = {
  markdown: Flags.boolean({ description: 'as a table for a wiki or an issue', exclusive: ['csv', 'json'] }),
  csv: Flags.boolean({ description: 'as a table for a spreadsheet', exclusive: ['markdown', 'json'] }),
};

/** What all comparisons have. */
export const sheetFlags = {
  ...tableFlags,
  'only-changed': Flags.boolean({ description: 'leave out what is the same' }),
  'exit-code': Flags.boolean({ description: `end with ${exitCodes.findings} when something differs` }),
};

export const extraFlag = Flags.boolean({ description: 'packages that modules import without declaring them' });

type OneComponent = {
  readonly backend: boolean;
  readonly frontend: boolean;
  readonly component?: PinComponent | undefined;
};

/** The component that --backend, --frontend or --component names. Throws USAGE. */
export function oneComponent({ backend, frontend, component }: OneComponent): PinComponent {
  const found = backend ? 'backend' : frontend ? 'frontend' : component;
  if (found === undefined)
    throw new Failure('USAGE', 'say of which component', ['--backend', '--frontend', '--component ibackend']);
  return found;
}

type SheetFlags = { readonly markdown: boolean; readonly csv: boolean };

/** The form that the flags ask for. */
export function inForm(
  flags: SheetFlags,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  people: () => string,
): string {
  if (flags.markdown) return markdown(head, rows);
  return flags.csv ? csv(head, rows) : people();
}
