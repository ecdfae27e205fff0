import { banner, escapeHtml } from '../notice.ts';

const style = `body{font-family:system-ui,Arial,sans-serif;margin:0;color:#1d2b30;background:#f7f9fa}
.stand-in{background:#ffe08a;padding:.6em 1em;border-bottom:2px solid #c78f00}main{padding:1em;max-width:60em}
table{border-collapse:collapse}td,th{border:1px solid #cdd6d9;padding:.3em .6em;text-align:left;vertical-align:top;word-break:break-word}`;

/** A page of a stand-in application; `body` is HTML. */
export function applicationPage(what: string, title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)} (stand-in)</title>
<link rel="icon" href="data:,"><style>${style}</style></head>
<body>${banner(what)}<main><h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>
`;
}

/** A two-column table of texts. */
export function tableOf(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`);
  return `<table>${lines.join('\n')}</table>`;
}
