/** `^[a-z](-?[a-z0-9])*$`: fits into Compose project names, container names and host names as it is. */
const serverNamePattern = /^[a-z](-?[a-z0-9])*$/;
const serverNameLimit = 32;

/** Words that follow `openimis` or a topic on the command line; a server of that name would be read as the word. */
const commandWords = new Set(
  (
    'init deploy upgrade rollback promote status logs history down doctor render report explain help autocomplete ' +
    'versions users certs servers images backup gateway cutover maintenance audit sandbox ' +
    'list show diff up add remove update delete create restore verify install renew switch start stop on off ' +
    'enable disable build pull push save load lock check abort export import back'
  ).split(' '),
);

/** Why a server cannot have this name, or undefined when it can (design.md section 4). */
export function serverNameProblem(name: string): string | undefined {
  if (name === '') return 'a server needs a name';
  if (name.length > serverNameLimit)
    return `a server's name has at most ${serverNameLimit} characters, this one has ${name.length}`;
  if (!serverNamePattern.test(name))
    return 'a server\'s name starts with a lower-case letter and goes on with a-z, 0-9 and single hyphens ("test", "qa-2")';
  if (/-r\d+$/.test(name)) return `a server's name may not end in -r and digits: that is how revisions are named`;
  if (name.startsWith('x-')) return 'a key that starts with x- is a free note, not a server';
  if (name === 'sandbox' || name.startsWith('sandbox-'))
    return 'a server may not be called "sandbox" or "sandbox-...": the sandbox uses these names on the engine';
  if (commandWords.has(name)) return `"${name}" is a word of the command line and cannot name a server`;
  // The one lower-case name that every JavaScript object already has.
  if (name === 'constructor') return '"constructor" cannot name a server';
  return undefined;
}
