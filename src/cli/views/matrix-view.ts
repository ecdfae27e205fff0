import type { MatrixRow } from '../../modules/matrix-pins.ts';
import { sourceWords } from '../../modules/pin-source.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

export type Matrix = { readonly names: readonly string[]; readonly rows: readonly MatrixRow[] };

/** Cells as text: a dash for a module that is not there, n/a where the whole component is not. */
export function matrixRows({ rows }: Matrix): readonly (readonly string[])[] {
  return rows.map(({ component, module, extra, cells }) => [
    extra ? `${component} extra` : component,
    harmless(module),
    ...cells.map((cell) => (cell === undefined ? '-' : cell === null ? 'n/a' : harmless(sourceWords(cell.source)))),
  ]);
}

export const matrixHead = ({ names }: Matrix): readonly string[] => ['component', 'module', ...names];

/** Modules down, sets across; rows in which the sets differ stand out. */
export function matrixView(matrix: Matrix): string {
  if (matrix.rows.length === 0) return 'nothing differs';
  const [head = '', ...lines] = table(matrixRows(matrix), matrixHead(matrix)).split('\n');
  const differ = matrix.rows.filter(({ same }) => !same).length;
  return [
    paint('bold', head),
    ...lines.map((line, index) => (matrix.rows[index]!.same ? line : paint('yellow', line))),
    `${differ} of ${matrix.rows.length} differ`,
  ].join('\n');
}
