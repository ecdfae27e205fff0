import type { PinComponent } from './package-name.ts';
import type { PinSource } from './pin-source.ts';

/**
 * The value of a pin in openimis.yaml: what would follow the package's name. `readPinValue` reads the same source from it.
 */
export function pinValue(component: PinComponent, source: PinSource): string {
  switch (source.kind) {
    case 'version':
      return source.version;
    case 'range':
      return source.range;
    case 'tag':
      return source.tag;
    case 'git':
      return gitText(component, source);
    case 'archive':
      return source.url;
    case 'path':
      return component === 'frontend' ? `file:${source.path}` : source.path;
  }
}

/** A module of openimis.json as upstream's programs read it: `pip` of a backend, `npm` of a frontend. */
export function moduleText(component: PinComponent, name: string, source: PinSource): string {
  if (component === 'frontend') {
    const value = pinValue(component, source);
    return value === '*' ? name : `${name}@${value}`;
  }
  switch (source.kind) {
    case 'version':
      return `${name}==${source.version}`;
    case 'range':
      return source.range === '*' ? name : name + source.range;
    case 'git':
      return `${gitText(component, source)}#egg=${name}`;
    case 'path':
      return `-e ${source.path}`;
    case 'archive':
    case 'tag':
      return `${name} @ ${pinValue(component, source)}`;
  }
}

function gitText(component: PinComponent, { url, ref }: Extract<PinSource, { kind: 'git' }>): string {
  const reference = ref === undefined ? '' : (component === 'frontend' ? '#' : '@') + ref;
  // npm knows git:// and no git+git://, pip the other way round.
  const scheme = component === 'frontend' && /^git:/i.test(url) ? '' : 'git+';
  return `${scheme}${url}${reference}`;
}

/** What a pin cannot say of a module's text in openimis.json, or must not; undefined: it says all of it. */
export function lostInPin(text: string): string | undefined {
  if (/:\/\/[^/?#\s@]*:[^/?#\s@]*@/.test(text) || /https?:\/\/[^/?#\s@]+@/i.test(text))
    return "has a user or password in its address; leave it out: git's own credential helper knows it";
  if (/^\s*[A-Za-z0-9._-]+\s*\[/.test(text))
    return 'asks for extras ([...]), which a pin cannot say; write them as extra packages';
  if (/;/.test(text)) return 'has a condition (;), which a pin cannot say';
  return /[#&]subdirectory=/.test(text) ? 'has a subdirectory, which a pin cannot say' : undefined;
}
