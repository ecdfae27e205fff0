/** What a page of the site answers; `Location` is relative to the page, as the source writes it. */
export type Answer =
  | {
      readonly kind: 'page';
      readonly body: string | Buffer;
      readonly status?: number;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'redirect'; readonly to: string; readonly cookies?: readonly string[] }
  /** An unhandled exception; `why` is for the test's eyes and the yellow page. */
  | { readonly kind: 'exception'; readonly why: string };

export const page = (body: string): Answer => ({ kind: 'page', body });
export const redirect = (to: string, cookies: readonly string[] = []): Answer => ({ kind: 'redirect', to, cookies });
export const exception = (why: string): Answer => ({ kind: 'exception', why });
export const missing = (): Answer => ({ kind: 'page', status: 404, body: 'The resource cannot be found. (stand-in)' });
