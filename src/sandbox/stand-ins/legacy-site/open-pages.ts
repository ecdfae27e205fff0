import { escapeHtml } from '../notice.ts';
import { exception, missing, type Answer } from './answer.ts';
import type { Fields } from './fields.ts';
import { phoneExtract, siteFiles } from './static-files.ts';
import type { AspxPage } from './visit.ts';

/** Download.aspx: open to all, and sends what the path leads to. */
export const downloadPage: AspxPage = {
  name: 'Download.aspx',
  master: false,
  show: ({ query }) => {
    const found = phoneExtract(query.get('f') ?? '');
    if (found === undefined) return exception('System.IO.FileNotFoundException');
    return {
      kind: 'page',
      body: found.content,
      type: 'application/octet-stream',
      headers: { 'Content-Disposition': 'attachment;filename=ImisData.db3' },
    };
  },
};

const diagnoses = [
  { ICDCode: 'A00', ICDNames: 'A00 Cholera (stand-in)' },
  { ICDCode: 'B50', ICDNames: 'B50 Malaria (stand-in)' },
];

/** The two addresses that are asked by scripts; neither uses the session or wants a login. */
export function handler(path: string, query: Fields): Answer | undefined {
  if (path === 'autocompletehandlers/autocompletehandler.ashx') {
    const wanted = (query.get('ICDCode') ?? '').toLowerCase();
    const found = diagnoses.filter((diagnosis) => diagnosis.ICDNames.toLowerCase().includes(wanted));
    return { kind: 'page', body: JSON.stringify(found), type: 'text/json; charset=utf-8' };
  }
  if (path === 'reserved.reportviewerwebcontrol.axd')
    return { kind: 'page', body: `<p>Report viewer of the stand-in: ${escapeHtml(query.get('OpType') ?? '')}</p>` };
  return undefined;
}

/** A file that IIS serves by itself. */
export function staticFile(path: string): Answer | undefined {
  const found = siteFiles.get(path);
  if (found === undefined) return undefined;
  return found.served ? { kind: 'page', body: found.content, type: found.type } : missing();
}
