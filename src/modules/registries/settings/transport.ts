/** How requests of one registry leave the box. What is absent is as Node has it. */
export type Transport = {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
  /** PEM file that is trusted in place of the usual ones (npm's cafile, pip's cert). */
  readonly trustOnlyFile?: string;
  /** The same as text (npm's ca). */
  readonly trustOnly?: readonly string[];
  /** PEM file that is trusted besides (SSL_CERT_FILE and its like). */
  readonly trustFile?: string;
  /** The operator has switched the check of certificates off (strict-ssl=false, trusted-host). */
  readonly unchecked?: true;
};

/** What everything on this box uses that respects the usual variables; small letters win, as in curl. */
export function usualTransport(env: Readonly<Record<string, string | undefined>>): Transport {
  const value = (...names: readonly string[]): string | undefined =>
    names.map((name) => env[name]).find((text) => text !== undefined && text !== '');
  const entries: [string, string | undefined][] = [
    ['httpProxy', value('http_proxy', 'HTTP_PROXY')],
    ['httpsProxy', value('https_proxy', 'HTTPS_PROXY')],
    ['noProxy', value('no_proxy', 'NO_PROXY')],
    ['trustFile', value('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE')],
  ];
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}
