import { createSocket } from 'node:dgram';

/** An instance of SQL Server as SQL Browser names it; without TCP it has no port. */
export type SqlInstance = { readonly name: string; readonly version: string; readonly port?: number };

/** CLNT_UCAST_EX of MC-SQLR 2.2.2: "which instances are there?" */
const question = Buffer.from([0x03]);
const longest = 65_535;

/**
 * Asks SQL Browser (UDP 1434) which instances the machine has, and on which ports. One datagram out, one back.
 * `undefined`: no answer, as when the service is stopped or a firewall drops UDP.
 */
export async function askSqlBrowser(
  address: string,
  timeout: number,
  port = 1434,
): Promise<readonly SqlInstance[] | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const give = (instances: readonly SqlInstance[] | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(instances);
    };
    const timer = setTimeout(() => give(undefined), timeout * 1000);
    socket.on('error', () => give(undefined));
    socket.on('message', (message) => {
      const instances = parseInstances(message);
      if (instances !== undefined) give(instances);
    });
    socket.connect(port, address, () => socket.send(question));
  });
}

/** SVR_RESP (MC-SQLR 2.2.5): 05, length, `ServerName;X;InstanceName;Y;...;tcp;1433;;` per instance. */
export function parseInstances(message: Buffer): readonly SqlInstance[] | undefined {
  if (message.length < 3 || message.length > longest || message.readUInt8(0) !== 0x05) return undefined;
  const text = message.subarray(3, 3 + message.readUInt16LE(1)).toString('latin1');
  return text
    .split(';;')
    .filter((part) => part !== '')
    .slice(0, 50)
    .map((part) => {
      const words = part.split(';');
      const value = (key: string): string | undefined => {
        const at = words.findIndex((word, n) => n % 2 === 0 && word.toLowerCase() === key);
        return at < 0 ? undefined : words[at + 1];
      };
      const port = Number(value('tcp'));
      return {
        name: (value('instancename') ?? '').slice(0, 64),
        version: (value('version') ?? '').slice(0, 32),
        ...(Number.isInteger(port) && port > 0 && port < 65_536 ? { port } : {}),
      };
    });
}
