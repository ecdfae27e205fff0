/** Does a package registry answer? `live:` cases are skipped, and counted apart, where it does not. */
export async function reachable(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(15_000) })).ok;
  } catch {
    return false;
  }
}
