import type { WeaknessName } from '../weakened/weaknesses.ts';
import { type Answer, type Asked, ask, headerValues, openVisitor, type Visitor } from '../support/client.ts';
import { cookieHeader } from '../support/seal.ts';
import { genuineSession, type World } from '../support/world.ts';

/** Something that must not work, and the deliberately weakened gateway on which it does: so the attempt is known to be one. */
export type Attack = {
  readonly name: string;
  readonly weakness: WeaknessName;
  /** What the attacker got, or undefined when the gateway held. Throws when neither is sure. */
  readonly attempt: (world: World) => Promise<string | undefined>;
};

/** A table of attacks against one weakness. */
export function attacks(weakness: WeaknessName, table: Readonly<Record<string, Attack['attempt']>>): readonly Attack[] {
  return Object.entries(table).map(([name, attempt]) => ({ name, weakness, attempt }));
}

const refusals = [400, 401, 403, 404, 421, 429, 503];

/** An answer to who has no right to one: undefined for a refusal, words for the answer of a backend. */
export function gained(answer: Answer, what: string): string | undefined {
  if (refusals.includes(answer.status)) return undefined;
  if (answer.status === 200) return `${what}: 200 ${answer.body.slice(0, 60)}`;
  throw new Error(`${what}: ${answer.status} is neither a refusal nor an answer: ${answer.body.slice(0, 200)}`);
}

/** Asks /iapi with these headers: words when a backend answered. */
export async function asksIapi(world: World, headers: Asked['headers'], path = '/iapi/'): Promise<string | undefined> {
  return gained(await ask(world.gateway.https, path, { headers: headers ?? {} }), path);
}

export const signedOn = async (world: World, user = 'admin', password = 'admin123'): Promise<Visitor> => {
  const visitor = openVisitor(world.gateway.https);
  await visitor.login(user, password);
  const { status } = await visitor.ask('/iapi/');
  if (status !== 200) throw new Error(`${user} is not signed on: ${status}`);
  return visitor;
};

/** Headers of a visitor who is Admin, with more cookies after his own. */
export function adminHeaders(world: World, more = ''): Record<string, string> {
  const { sealed, session } = genuineSession(world);
  return { cookie: cookieHeader(sealed, session) + more };
}

/** Values that arrived under a name, however it was spelt: `_` and `-` are the same to a WSGI application. */
export function arrived(rawHeaders: readonly string[], name: string): readonly string[] {
  const plain = rawHeaders.map((part, at) => (at % 2 === 0 ? part.replaceAll('_', '-') : part));
  return headerValues(plain, name.replaceAll('_', '-'));
}
