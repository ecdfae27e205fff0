import type { Socket } from 'node:net';

import { logIn, type LoggedIn } from './log-in.ts';
import type { Server } from './server.ts';
import { createStatements } from './statements.ts';
import { createPacketReader, packetsOf, packetType, ProtocolError, type Message } from './tds/packets.ts';
import { agreeOnEncryption, readPrelogin, writePrelogin, type Agreement } from './tds/prelogin.ts';
import { createWire } from './tds/wire.ts';

/** Bytes of a message before and after the login. */
const longest = { stranger: 32_768, known: 4_000_000 };
/** Milliseconds a stranger may take to log in. */
const loginPatience = 15_000;

/** Serves one connection; whatever is wrong with its bytes ends this connection only. */
export function serveConnection(server: Server, socket: Socket, sessionId: number): void {
  let agreement: Agreement | undefined;
  let user: LoggedIn | undefined;
  let statements: ((message: Message) => Buffer) | undefined;

  const reader = {
    stranger: createPacketReader(longest.stranger, onMessage),
    known: createPacketReader(longest.known, onMessage),
  };
  const wire = createWire(socket, (chunk) => {
    try {
      (user === undefined ? reader.stranger : reader.known).feed(chunk);
    } catch (error) {
      server.state.brokenConnections += 1;
      throw error;
    }
  });
  const send = (data: Buffer): void => wire.send(packetsOf(packetType.reply, data, user?.packetSize ?? 4096));

  function onMessage(message: Message): void {
    if (agreement === undefined) return prelogin(message);
    if (user === undefined) return login(message, agreement);
    if (statements === undefined) return;
    const { pace, cutsAfterLogin } = server.plays;
    if (cutsAfterLogin) return void socket.destroy();
    const answer = statements(message);
    if (pace === 0) return send(answer);
    setTimeout(() => void (socket.destroyed || send(answer)), pace).unref();
  }

  function prelogin(message: Message): void {
    if (message.type !== packetType.prelogin) throw new ProtocolError('a PRELOGIN comes first');
    agreement = agreeOnEncryption(readPrelogin(message.data), server.encryption);
    send(writePrelogin(agreement.answer, server.version));
    if (agreement.ends) socket.end();
    else if (agreement.encrypts !== 'nothing' && server.secureContext !== undefined)
      wire.startTls(server.secureContext);
  }

  function login(message: Message, { encrypts }: Agreement): void {
    if (message.type !== packetType.login) throw new ProtocolError('a LOGIN7 comes next');
    const encrypted = wire.encrypted();
    if (encrypts !== 'nothing' && !encrypted) throw new ProtocolError('the login must be encrypted');
    if (encrypts === 'login') wire.endTls();
    const outcome = logIn(server, message.data, { loginEncrypted: encrypted, encrypted: encrypts === 'everything' });
    send(outcome.answer);
    if (outcome.user === undefined) {
      socket.end();
      return;
    }
    socket.setTimeout(0);
    user = outcome.user;
    statements = createStatements(server, user, sessionId);
  }

  socket.setNoDelay(true);
  socket.setTimeout(loginPatience, () => socket.destroy());
  socket.on('error', () => socket.destroy());
}
