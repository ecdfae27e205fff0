import { databaseName, serverError, type LoggedIn } from './log-in.ts';
import { runBatch, type Outcome } from './query/run-batch.ts';
import { SqlError, type Value } from './query/values.ts';
import { remember, type Server } from './server.ts';
import { packetType, ProtocolError, type Message } from './tds/packets.ts';
import { readBatch, readCall, readTransactionRequest, type RemoteCall } from './tds/requests.ts';
import {
  connectionReset,
  databaseChange,
  done,
  errorToken,
  infoToken,
  resultTokens,
  returnStatus,
  transactionBegan,
  transactionEnded,
} from './tds/tokens.ts';

/** A call with parameters that the stand-in cannot read is a call of nothing. */
function readable(data: Buffer, wide: boolean): RemoteCall {
  try {
    return readCall(data, wide);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof RangeError) return { procedure: 'unknown', parameters: [] };
    throw error;
  }
}

/** Answers the messages of a logged-in connection. */
export function createStatements(server: Server, user: LoggedIn, sessionId: number): (message: Message) => Buffer {
  const { wide } = user;
  let current = user.database;

  const run = (sql: string, variables: ReadonlyMap<string, Value>, kind: 'done' | 'inProcedure'): readonly Buffer[] => {
    remember(server.state.batches, sql);
    const tokens: Buffer[] = [];
    try {
      const outcomes = runBatch(contextOf(variables), sql, {
        onWrite: (statement) => {
          remember(server.state.writes, statement);
          server.onWrite(statement);
        },
        onRefused: (statement) => remember(server.state.refused, statement),
      });
      for (const outcome of outcomes) tokens.push(outcomeTokens(outcome, kind));
    } catch (error) {
      tokens.push(errorToken(wide, serverError(error)), done(wide, kind, { more: true, error: true }));
    }
    return tokens;
  };

  const contextOf = (variables: ReadonlyMap<string, Value>) => ({
    database: server.databases.find(({ name }) => name === current) ?? { name: current, tables: [] },
    databaseNames: server.databases.map(({ name }) => name),
    user: user.user,
    hostName: user.hostName,
    application: user.application,
    version: server.version,
    roles: server.roles,
    plays: server.plays,
    sessionId,
    encrypted: user.encrypted,
    variables,
  });

  const outcomeTokens = (outcome: Outcome, kind: 'done' | 'inProcedure'): Buffer => {
    switch (outcome.kind) {
      case 'rows':
        return Buffer.concat([
          resultTokens(wide, outcome.result),
          done(wide, kind, { more: true, count: outcome.result.rows.length }),
        ]);
      case 'count':
        return done(wide, kind, { more: true, count: outcome.count });
      case 'nothing':
        return done(wide, kind, { more: true });
      case 'database': {
        const before = current;
        current = databaseName(server, outcome.name) ?? current;
        const words = `Changed database context to '${current}'.`;
        return Buffer.concat([
          databaseChange(current, before),
          infoToken(wide, 5701, words),
          done(wide, kind, { more: true }),
        ]);
      }
    }
  };

  const call = (data: Buffer): Buffer => {
    const { procedure, parameters } = readable(data, wide);
    const [statement, , ...values] = parameters;
    if (procedure === 'sp_executesql' && typeof statement?.value === 'string') {
      const variables = new Map(values.map(({ name, value }) => [name, value]));
      return Buffer.concat([
        ...run(statement.value, variables, 'inProcedure'),
        returnStatus(),
        done(wide, 'procedure', {}),
      ]);
    }
    remember(server.state.batches, `EXEC ${procedure}`);
    remember(server.state.refused, `EXEC ${procedure}`);
    const unknown = new SqlError(2812, `Could not find stored procedure '${procedure}'.`);
    return Buffer.concat([errorToken(wide, serverError(unknown)), done(wide, 'procedure', { error: true })]);
  };

  const transaction = (data: Buffer): Buffer => {
    const kind = readTransactionRequest(data, wide);
    const token = kind === 5 ? transactionBegan() : kind === 7 ? transactionEnded(9) : transactionEnded(10);
    return Buffer.concat([token, done(wide, 'done', {})]);
  };

  const answer = ({ type, data }: Message): Buffer => {
    switch (type) {
      case packetType.batch:
        return Buffer.concat([...run(readBatch(data, wide), new Map(), 'done'), done(wide, 'done', {})]);
      case packetType.rpc:
        return call(data);
      case packetType.attention:
        return done(wide, 'done', { attention: true });
      case packetType.transaction:
        return transaction(data);
      default:
        throw new ProtocolError('no message for a logged-in connection');
    }
  };

  return (message) => {
    if (message.resetsConnection) current = user.database;
    const tokens = answer(message);
    return message.resetsConnection ? Buffer.concat([connectionReset(), tokens]) : tokens;
  };
}
