import { connect, constants, type OutgoingHttpHeaders } from 'node:http2';

/** One request over HTTP/2, on a connection that was opened for `new.example.org`. */
export function askHttp2(port: number, headers: OutgoingHttpHeaders): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { rejectUnauthorized: false, servername: 'new.example.org' };
    const session = connect(`https://127.0.0.1:${port}`, options);
    session.on('error', reject);
    const stream = session.request({ ':path': '/', ':authority': 'new.example.org', ...headers }, { endStream: true });
    let status = 0;
    let body = '';
    stream.on('response', (answer) => (status = Number(answer[constants.HTTP2_HEADER_STATUS])));
    stream.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve({ status, body });
    });
  });
}
