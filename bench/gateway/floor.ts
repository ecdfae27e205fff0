/** Ports of the floors inside the gateway's container: the same nginx with plain proxy_pass and nothing of the sign-on. */
export const floorPorts = { application: 9443, slow: 9444, legacy: 9445 } as const;

/**
 * One more server block per floor for the version that is measured: same certificate, same proxy.conf, same upstream
 * blocks and access log; instead of Lua one constant header.
 */
export function floorServers(rendered: Readonly<Record<string, string>>, identityHeader: string): string {
  if (!rendered['servers/https.conf']?.includes('\n    include tls.conf;\n'))
    throw new Error('servers/https.conf has another form than this benchmark knows');
  const server = (port: number, location: string, to: string, headers: readonly string[]): string =>
    [
      'server {',
      `    listen 127.0.0.1:${port} ssl;`,
      '    include tls.conf;',
      '    set $openimis_route floor;',
      '    set $openimis_user "";',
      '    set $openimis_refused "";',
      `    location ${location} {`,
      '        include proxy.conf;',
      '        proxy_headers_hash_bucket_size 128;',
      '        proxy_set_header X-Forwarded-Host $host;',
      '        proxy_set_header X-Forwarded-For $remote_addr;',
      ...headers.map((header) => `        proxy_set_header ${header};`),
      `        proxy_pass http://${to};`,
      '    }',
      '}',
      '',
    ].join('\n');
  const told = ['Host $host', `${identityHeader} user000`];
  return [
    server(floorPorts.application, '/iapi/', 'ibackend-0', told),
    server(floorPorts.slow, '/', 'ibackend-2', told),
    server(floorPorts.legacy, '/', 'legacy', ['Host imistest.hib.gov.np']),
  ].join('\n');
}
