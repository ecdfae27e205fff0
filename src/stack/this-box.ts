/** The name under which a container reaches the box that it runs on. */
export const thisBoxName = 'host.docker.internal';

/** `127.0.0.1` in openimis.yaml means "this very box"; inside a container it would be the container itself. */
export function isThisBox(host: string): boolean {
  return /^(localhost\.?|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** The host as containers have to spell it. */
export function hostForContainers(host: string): string {
  return isThisBox(host) ? thisBoxName : host;
}

/** Entry for a container's hosts file when one of the hosts is this box; Docker fills in the address. */
export function extraHostsFor(...hosts: readonly (string | undefined)[]): Readonly<Record<string, string>> {
  return hosts.some((host) => host !== undefined && isThisBox(host)) ? { [thisBoxName]: 'host-gateway' } : {};
}
