import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A port of a process that never accepts and whose queue is full: the kernel drops what comes, as a firewall does. */
export type BlackHole = { readonly port: number; close(): void };

const never =
  "const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {" +
  "require('node:fs').writeSync(1, s.address().port + '\\n'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });";

export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', never], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(chunk.toString());
  const sockets: Socket[] = [];
  for (let connected = true; connected;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
  }
  return {
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
