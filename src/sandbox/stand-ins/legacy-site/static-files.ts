import { deflateSync, crc32 } from 'node:zlib';

import { notice } from '../notice.ts';

/** A file below the site's folder; IIS serves it unless `served` is false (web.config), Download.aspx sends any. */
export type SiteFile = { readonly type: string; readonly content: Buffer; readonly served: boolean };

const file = (type: string, content: Buffer | string): SiteFile => ({
  type,
  content: Buffer.from(content),
  served: true,
});

const html = (title: string): SiteFile =>
  file(
    'text/html',
    `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${notice}</p></body></html>`,
  );

const webConfig = `<?xml version="1.0"?>
<!-- ${notice} -->
<configuration><connectionStrings>
<add name="IMISConnectionString" connectionString="Data Source=stand-in;User ID=stand-in;Password=not-a-real-password" />
</connectionStrings></configuration>
`;

/** The site's folder by path, lower case, forward slashes. */
export const siteFiles: ReadonlyMap<string, SiteFile> = new Map([
  ['images/logo.png', file('image/png', png(120, 40, [0, 104, 122]))],
  ['images/updated/100000001_e00001_20200101.png', file('image/png', png(64, 80, [160, 160, 160]))],
  ['manual/imis_manual.pdf', file('application/pdf', pdf('This is a stand-in, not the manual of openIMIS.'))],
  ['error.htm', html('An error occurred')],
  ['nojs.htm', html('JavaScript is switched off')],
  ['extracts/phone/imisdata.db3', file('application/octet-stream', `stand-in for a phone extract\n${notice}\n`)],
  ['web.config', { ...file('text/xml', webConfig), served: false }],
]);

/**
 * Download.aspx: Server.MapPath of Extracts\\Phone\\ + f; `..` is not refused, so the whole site folder can be had
 * (domain.md section 2).
 */
export function phoneExtract(name: string): SiteFile | undefined {
  const steps: string[] = [];
  for (const step of `Extracts/Phone/${name}`.replaceAll('\\', '/').split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return siteFiles.get(steps.join('/').toLowerCase());
}

/** A PNG of one colour. */
function png(width: number, height: number, [red, green, blue]: readonly [number, number, number]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from('Comment\0stand-in', 'latin1')),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PDF of one line. */
function pdf(line: string): Buffer {
  const stream = `BT /F1 18 Tf 60 760 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, n) => {
    const at = text.length;
    text += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  const start = text.indexOf('xref\n0');
  return Buffer.from(
    `${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    'latin1',
  );
}
