/** What every page of every stand-in says, in plain words. */
export const notice = 'This is a stand-in, not openIMIS: it is here to try the product, and holds no real data.';

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The banner with the notice; `what` names what stands in for what. */
export function banner(what: string): string {
  return `<div class="stand-in" role="note"><strong>STAND-IN</strong> ${escapeHtml(what)}. ${notice}</div>`;
}
