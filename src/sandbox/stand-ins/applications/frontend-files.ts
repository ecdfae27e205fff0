import { banner, notice } from '../notice.ts';

/** The stand-in frontend: one page, its script and its style; nothing comes from anywhere else. */
export const frontendPage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>openIMIS (stand-in)</title>
<link rel="icon" href="/front/stand-in.svg" type="image/svg+xml">
<link rel="stylesheet" href="/front/stand-in.css"></head>
<body>${banner('In place of the React pages of the modular openIMIS')}
<header><h1>openIMIS</h1><p id="path"></p></header>
<main>
<section><h2>Signed on as</h2><p id="who" role="status" aria-live="polite">asking /iapi ...</p><p id="more"></p></section>
<section><h2>New side</h2><ul>
<li><a href="/iapi/whoami/">Who am I? What the backend was given</a></li>
<li><a href="/front/claim/healthFacilities">A deep link into these pages</a></li></ul></section>
<section><h2>Legacy side</h2><ul>
<li><a href="/LegacyHome">Home of the legacy</a></li>
<li><a href="/FindFamily.aspx">Find a family</a></li>
<li><a href="/FindClaims.aspx">Find claims</a></li></ul></section>
<p><a href="/logout">Log out of both</a></p>
</main>
<script src="/front/stand-in.js"></script></body></html>
`;

const style = `body{font-family:system-ui,Arial,sans-serif;margin:0;color:#1d2b30;background:#f7f9fa}
.stand-in{background:#ffe08a;padding:.6em 1em;border-bottom:2px solid #c78f00}
header{background:#006273;color:#fff;padding:.6em 1em}header h1{margin:0;font-size:1.4em}header p{margin:.2em 0 0}
main{padding:1em;max-width:60em}section{background:#fff;border:1px solid #cdd6d9;padding:.2em 1em;margin-bottom:1em}
#who{font-size:1.5em;margin:.2em 0}a{color:#006273}
`;

/** Text only ever goes into textContent: a user's name is no markup. */
const script = `'use strict';
const show = (id, text) => { document.getElementById(id).textContent = text; };
show('path', location.pathname);
const ask = async () => {
  const answer = await fetch('/iapi/core/users/current_user/', { headers: { Accept: 'application/json' } });
  if (answer.status === 401 || answer.status === 403) { show('who', 'nobody'); return; }
  if (!answer.ok) { show('who', 'unknown: /iapi answered ' + answer.status); return; }
  const user = await answer.json();
  show('who', user.username);
  const person = user.i_user || {};
  show('more', [person.other_names, person.last_name].filter(Boolean).join(' '));
};
ask().catch(() => show('who', 'unknown: /iapi does not answer'));
// The React pages keep the legacy session alive in the same way, every five minutes.
setInterval(() => { fetch('/keepLegacyAlive').catch(() => {}); }, 5 * 60 * 1000);
`;

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#c78f00"/><text x="8" y="12" font-size="11" text-anchor="middle" fill="#fff">S</text></svg>';

/** Files by their last path part: a gateway may strip the folder in front. */
export const frontendFiles: ReadonlyMap<string, { readonly type: string; readonly content: string }> = new Map([
  ['stand-in.js', { type: 'text/javascript; charset=utf-8', content: script }],
  ['stand-in.css', { type: 'text/css; charset=utf-8', content: style }],
  ['stand-in.svg', { type: 'image/svg+xml', content: icon }],
  ['robots.txt', { type: 'text/plain; charset=utf-8', content: `# ${notice}\nUser-agent: *\nDisallow: /\n` }],
]);
