import { lookup } from 'node:dns/promises';

/** Does this machine know a name? No answer within the time (seconds) is no. */
export async function nameResolves(name: string, timeout: number): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), timeout * 1000).unref());
  const known = lookup(name).then(
    () => true,
    () => false,
  );
  return Promise.race([known, late]);
}
