import { randomInt } from 'node:crypto';

/** One ASP.NET session, in process: gone when the process ends. */
export type Session = {
  readonly id: string;
  /** tblUsers.UserID of Session("User"); absent: not logged in. */
  userId?: number;
  lastUsed: number;
};

export type SessionStore = {
  /** Runs `work` when the session's earlier requests are done: ASP.NET serves a session's requests one by one. */
  inTurn<T>(id: string, work: (session: Session) => Promise<T>): Promise<T>;
  abandon(id: string): void;
  endAll(): void;
  list(): readonly Session[];
};

const letters = 'abcdefghijklmnopqrstuvwxyz012345';

/** 24 characters, as ASP.NET makes and accepts them. */
export function newSessionId(): string {
  return Array.from({ length: 24 }, () => letters[randomInt(letters.length)]).join('');
}

export function isSessionId(text: string): boolean {
  return /^[a-z0-5]{24}$/.test(text);
}

/** `idleTimeout` in seconds, sliding. */
export function createSessionStore(idleTimeout: number, now: () => number): SessionStore {
  const sessions = new Map<string, Session>();
  const turns = new Map<string, Promise<void>>();

  const current = (id: string): Session => {
    const time = now();
    const known = sessions.get(id);
    if (known !== undefined && time - known.lastUsed < idleTimeout * 1000) {
      known.lastUsed = time;
      return known;
    }
    const fresh: Session = { id, lastUsed: time };
    sessions.set(id, fresh);
    return fresh;
  };

  return {
    async inTurn(id, work) {
      const before = turns.get(id) ?? Promise.resolve();
      const turn = Promise.withResolvers<void>();
      turns.set(id, turn.promise);
      await before;
      try {
        return await work(current(id));
      } finally {
        turn.resolve();
        if (turns.get(id) === turn.promise) turns.delete(id);
      }
    },
    abandon: (id) => void sessions.delete(id),
    endAll: () => sessions.clear(),
    list: () => {
      const time = now();
      return [...sessions.values()].filter((session) => time - session.lastUsed < idleTimeout * 1000);
    },
  };
}
