import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';

/** One version of a package; npm and Python in the same words. */
export type StandInVersion = {
  readonly version: string;
  readonly requires?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly requiresPython?: string;
  readonly yanked?: string;
  readonly deprecated?: string;
  readonly published?: string;
  /** Python: a source archive only. */
  readonly sourceOnly?: boolean;
};

export type Packages = Readonly<Record<string, readonly StandInVersion[]>>;

export type StandInOptions = {
  readonly npm?: Packages;
  readonly python?: Packages;
  /** Python pages as PEP 503 says, with no JSON anywhere. */
  readonly html?: boolean;
  /** PyPI's `/pypi/<name>/<version>/json` and PEP 658 metadata. */
  readonly releaseJson?: boolean;
  readonly metadata?: boolean;
  /** `Authorization` that every request needs. */
  readonly authorization?: string;
  /** Milliseconds before each answer. */
  readonly latency?: number;
  /** `Cache-Control` of every answer. */
  readonly cacheControl?: string;
};

export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

export type RegistryStandIn = {
  readonly npm: string;
  readonly python: string;
  readonly origin: string;
  /** Every request, oldest first. */
  readonly requests: {
    readonly url: string;
    readonly status: () => number;
    readonly authorization: string | undefined;
  }[];
  /** Answers in place of the registry for URLs that hold `part`, until it is taken away. */
  readonly break: (part: string, fault: Fault) => () => void;
  readonly close: () => Promise<void>;
};

/** A registry on loopback that speaks npm's and Python's protocols, with ETags. */
export async function registryStandIn(options: StandInOptions): Promise<RegistryStandIn> {
  const requests: RegistryStandIn['requests'] = [];
  const faults = new Map<string, Fault>();
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push({ url, status: () => response.statusCode, authorization: request.headers.authorization });
    void (async () => {
      if (options.latency !== undefined) await wait(options.latency);
      const fault = [...faults].find(([part]) => url.includes(part))?.[1];
      if (fault !== undefined) return fault(request, response);
      if (options.authorization !== undefined && request.headers.authorization !== options.authorization)
        return void response.writeHead(401).end('who are you?');
      answer(request, response, contentOf(new URL(url, 'http://x'), request, options), options);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    npm: `${origin}/npm/`,
    python: `${origin}/simple/`,
    origin,
    requests,
    break: (part, fault) => {
      faults.set(part, fault);
      return () => void faults.delete(part);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Content = { readonly type: string; readonly body: Buffer | string };

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Content | undefined,
  options: StandInOptions,
): void {
  if (content === undefined) return void response.writeHead(404).end('no such package');
  const etag = `"${createHash('sha256').update(content.body).digest('hex').slice(0, 20)}"`;
  const headers = { etag, ...(options.cacheControl === undefined ? {} : { 'cache-control': options.cacheControl }) };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  const range = /^bytes=-(\d+)$/.exec(request.headers.range ?? '')?.[1];
  const body = Buffer.from(content.body);
  if (range !== undefined)
    return void response
      .writeHead(206, { ...headers, 'content-type': content.type })
      .end(body.subarray(-Number(range)));
  response.writeHead(200, { ...headers, 'content-type': content.type }).end(body);
}

function contentOf(url: URL, request: IncomingMessage, options: StandInOptions): Content | undefined {
  const [kind, ...rest] = url.pathname.slice(1).split('/');
  const name = decodeURIComponent(rest[0] ?? '');
  const accept = request.headers.accept ?? '';
  if (kind === 'npm') {
    const versions = options.npm?.[name];
    const full = !accept.includes('install-v1');
    return versions && { type: 'application/json', body: JSON.stringify(packument(name, versions, full, request)) };
  }
  const versions = options.python?.[name];
  if (kind === 'simple') return versions && page(name, versions, options, accept);
  if (kind === 'pypi') {
    const found = options.releaseJson === true ? versions?.find(({ version }) => version === rest[1]) : undefined;
    return found && { type: 'application/json', body: JSON.stringify(releaseJson(found)) };
  }
  const file = decodeURIComponent(rest[1] ?? '');
  const found = options.python?.[name]?.find((one) => file.startsWith(wheelName(name, one.version)));
  if (found === undefined) return undefined;
  if (file.endsWith('.metadata')) return { type: 'text/plain', body: metadata(name, found) };
  return { type: 'application/octet-stream', body: wheel(name, found) };
}

const sha = (text: string, algorithm: string): Buffer => createHash(algorithm).update(text).digest();

function packument(
  name: string,
  versions: readonly StandInVersion[],
  full: boolean,
  request: IncomingMessage,
): unknown {
  const base = `http://${request.headers.host}/npm/${name}/-/`;
  return {
    name,
    'dist-tags': { latest: versions.at(-1)?.version },
    versions: Object.fromEntries(
      versions.map(({ version, deprecated, dependencies, peerDependencies }) => [
        version,
        {
          name,
          version,
          ...(deprecated === undefined ? {} : { deprecated }),
          dependencies,
          peerDependencies,
          dist: {
            tarball: `${base}${name.split('/').at(-1)}-${version}.tgz`,
            integrity: `sha512-${sha(`${name}@${version}`, 'sha512').toString('base64')}`,
          },
        },
      ]),
    ),
    ...(full ? { time: Object.fromEntries(versions.map((one) => [one.version, one.published])) } : {}),
  };
}

const wheelName = (name: string, version: string): string => `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;

function page(name: string, versions: readonly StandInVersion[], options: StandInOptions, accept: string): Content {
  const files = versions.flatMap((one) => {
    const source = { ...one, filename: `${name}-${one.version}.tar.gz` };
    return one.sourceOnly === true ? [source] : [{ ...one, filename: wheelName(name, one.version) }, source];
  });
  if (options.html === true || !accept.includes('simple.v1+json')) {
    const links = files.map(({ filename, yanked, requiresPython }) => {
      const python =
        requiresPython === undefined ? '' : ` data-requires-python="${requiresPython.replace('>', '&gt;')}"`;
      const withdrawn = yanked === undefined ? '' : ` data-yanked="${yanked}"`;
      return `<a href="../../files/${name}/${filename}#sha256=${sha(filename, 'sha256').toString('hex')}"${python}${withdrawn}>${filename}</a><br/>`;
    });
    return { type: 'text/html; charset=utf-8', body: `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>` };
  }
  const listed = files.map(({ filename, yanked, requiresPython, published }) => ({
    filename,
    url: `../../files/${name}/${filename}`,
    hashes: { sha256: sha(filename, 'sha256').toString('hex') },
    'requires-python': requiresPython ?? null,
    yanked: yanked ?? false,
    size: 1234,
    ...(published === undefined ? {} : { 'upload-time': published }),
    'core-metadata': options.metadata === true && filename.endsWith('.whl'),
  }));
  const body = {
    meta: { 'api-version': '1.1' },
    name,
    versions: versions.map(({ version }) => version),
    files: listed,
  };
  return { type: 'application/vnd.pypi.simple.v1+json', body: JSON.stringify(body) };
}

function releaseJson({ requires, requiresPython }: StandInVersion): unknown {
  return {
    info: { requires_dist: requires ?? [], requires_python: requiresPython ?? null },
    urls: [{ packagetype: 'bdist_wheel' }],
  };
}

function metadata(name: string, { version, requires, requiresPython }: StandInVersion): string {
  return [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...(requires ?? []).map((line) => `Requires-Dist: ${line}`),
    '',
    'Requires-Dist: not-a-field',
  ].join('\n');
}

/** A real ZIP: 200 kB of module, then METADATA, then the list of files. */
function wheel(name: string, one: StandInVersion): Buffer {
  const folder = `${name.replaceAll('-', '_')}-${one.version}.dist-info`;
  const files: [string, Buffer][] = [
    ['module/data.bin', Buffer.alloc(200_000, 7)],
    [`${folder}/METADATA`, Buffer.from(metadata(name, one))],
  ];
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [path, content] of files) {
    const stored = path.endsWith('.bin');
    const data = stored ? content : deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const head = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(path)]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, Buffer.from(path)]));
    parts.push(head, data);
    at += head.length + data.length;
  }
  const list = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}
