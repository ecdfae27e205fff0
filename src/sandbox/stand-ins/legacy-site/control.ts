import type { Availability, Site } from './site.ts';

/** What a test may do to a running site. */
export type LegacyControl = {
  disableUser(loginName: string, disabled?: boolean): void;
  /** tblUsers.LoginName of a user becomes another; sessions go on. */
  renameUser(loginName: string, to: string): void;
  setPassword(loginName: string, password: string): void;
  /** As if the worker process had been recycled. */
  endSessions(): void;
  setAvailability(availability: Availability): void;
  setDatabaseDown(down: boolean): void;
};

export function createControl(site: Site): LegacyControl {
  const row = (loginName: string): Site['users'][number] => {
    const found = site.users.find((user) => user.loginName === loginName);
    if (found === undefined) throw new Error(`the stand-in has no user ${JSON.stringify(loginName)}`);
    return found;
  };
  return {
    disableUser: (loginName, disabled = true) => void (row(loginName).disabled = disabled),
    renameUser: (loginName, to) => void (row(loginName).loginName = to),
    setPassword: (loginName, password) => void (row(loginName).password = password),
    endSessions: () => site.sessions.endAll(),
    setAvailability: (availability) => void (site.state.availability = availability),
    setDatabaseDown: (down) => void (site.state.databaseDown = down),
  };
}

/** State as JSON: no password, and of a session only whose it is. */
export function stateJson(site: Site): string {
  const { requestsByPath, lastHeaders, ...counters } = site.state;
  const sessions = site.sessions.list().map((session) => ({ userId: session.userId ?? null }));
  return JSON.stringify({
    version: site.version,
    ...counters,
    requestsByPath: Object.fromEntries(requestsByPath),
    lastHeaders: Object.fromEntries(lastHeaders),
    sessions,
  });
}

const availabilities: readonly Availability[] = ['up', 'refuse', 'hang', 'error'];

/**
 * One command of the control endpoint: `{"do":"disable-user","user":"clerk"}`; false when it makes no sense.
 */
export function obey(control: LegacyControl, command: unknown): boolean {
  if (typeof command !== 'object' || command === null) return false;
  const wish = new Map(Object.entries(command));
  const word = (name: string): string => {
    const value: unknown = wish.get(name);
    return typeof value === 'string' ? value : '';
  };
  try {
    switch (word('do')) {
      case 'disable-user':
        control.disableUser(word('user'), wish.get('disabled') !== false);
        return true;
      case 'rename-user':
        control.renameUser(word('user'), word('to'));
        return true;
      case 'set-password':
        control.setPassword(word('user'), word('password'));
        return true;
      case 'end-sessions':
        control.endSessions();
        return true;
      case 'database-down':
        control.setDatabaseDown(wish.get('down') !== false);
        return true;
      case 'availability': {
        const found = availabilities.find((one) => one === word('is'));
        if (found !== undefined) control.setAvailability(found);
        return found !== undefined;
      }
      default:
        return false;
    }
  } catch {
    return false;
  }
}
