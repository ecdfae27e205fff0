import type { IncomingHttpHeaders } from 'node:http';

import type { Answer } from './answer.ts';
import type { Fields } from './fields.ts';
import type { Session } from './sessions.ts';
import type { Site } from './site.ts';

/** One request to an .aspx page, parsed, in its session's turn. */
export type Visit = {
  readonly site: Site;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Fields;
  readonly form: Fields;
  readonly session: Session;
  /** Ends the session after this request, as Session.Abandon does. */
  readonly abandon: () => void;
};

/** An .aspx page; `master`: it has the master page, with its Referer rule, login check and field prefix. */
export type AspxPage = {
  readonly name: string;
  readonly master: boolean;
  /** Runs before everything else, as Page_Load does; an answer ends the request. */
  readonly load?: (visit: Visit, postBack: boolean) => Answer | undefined;
  /** Hidden fields of its own that a postback must bring. */
  readonly hidden?: readonly string[];
  /** What a button (its field name) does; no answer: the page is shown again. */
  readonly buttons?: Readonly<Record<string, (visit: Visit) => Answer | undefined | Promise<Answer | undefined>>>;
  readonly show: (visit: Visit) => Answer | Promise<Answer>;
};

/** IsPostBack: a POST with __VIEWSTATE or __EVENTTARGET. */
export function isPostBack(visit: Visit): boolean {
  return (
    visit.method === 'POST' &&
    (visit.form.get('__VIEWSTATE') !== undefined || visit.form.get('__EVENTTARGET') !== undefined)
  );
}
