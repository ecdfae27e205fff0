import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/**
 * What 1.7.0 does for a batch: a GraphQL POST with the header `remote-user`, the certificate unchecked (domain.md
 * section 2). Resolves with the status, or 0 when nobody answered.
 */
export function callModularGraphQl(address: string, loginName: string): Promise<number> {
  const url = new URL(address);
  const body = JSON.stringify({ query: 'mutation { processBatch(input: {}) { internalId } }' });
  const headers = {
    'remote-user': loginName,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const options = { method: 'POST', headers, timeout: 5000 };
  return new Promise((resolve) => {
    const call =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, rejectUnauthorized: false })
        : httpRequest(url, options);
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(0));
    call.end(body);
  });
}
