import { rowsOf, type Row } from '../../../legacy/database-questions.ts';
import { defineCheck } from '../../check.ts';
import { ok, warning } from '../../finding.ts';
import { firstRow, unanswered } from '../../rows.ts';

const megabytes = (pages: number): number => Math.round((pages * 8) / 1024);
/** Pages of 10 GB: no database of the Express edition grows beyond (2008 R2 and later). */
const expressLimit = (10 * 1024 * 1024) / 8;

export const check = defineCheck({
  title: 'the files of the database can grow',
  expected: 'a tenth of the file free, or room to grow',
  why: 'a full database stops both sides at once',
  needs: ['legacy-database/database'],
  probes: ['database'],
  judge: ({ database: { answers } }) => {
    const rows = rowsOf(answers, 'files');
    if (rows === undefined) return unanswered(answers, 'files');
    const server = firstRow(answers, 'server');
    const express = !('unseen' in server) && server.row.engine_edition === 4;
    const files = rows.map((row) => room(row, express));
    const found = files.map(({ words }) => words).join('; ');
    const full = files.filter(({ share }) => share > 0.9);
    if (full.length === 0) return ok(found);
    return warning(found, [
      'ALTER DATABASE ... MODIFY FILE (NAME = ..., MAXSIZE = UNLIMITED, FILEGROWTH = 64MB)    by the DBA',
      ...(express ? ['the Express edition stops at 10 GB of data: Standard, or old data moved away'] : []),
    ]);
  },
});

/** How full a file is of what it may become. */
function room(row: Row, express: boolean): { readonly words: string; readonly share: number } {
  const [size, used, most, growth] = [
    Number(row.size),
    Number(row.used ?? row.size),
    Number(row.most),
    Number(row.growth),
  ];
  const data = row.kind === 'ROWS';
  const limits = [
    growth === 0 ? size : Infinity,
    most > 0 ? most : Infinity,
    express && data ? expressLimit : Infinity,
  ];
  const limit = Math.min(...limits);
  const kind = data ? 'data' : 'log';
  const end = limit === Infinity ? 'may grow' : `of at most ${megabytes(limit)} MB`;
  return { words: `${kind} ${megabytes(used)} MB ${end}`, share: limit === Infinity ? 0 : used / limit };
}
