import type { Requirement } from '../../modules/registries/registry.ts';
import type { WhyPackage } from '../../modules/why/why-module.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';
import type { Why } from '../why-module.ts';

export function whyView({ packages }: Why): string {
  return packages.map(packageView).join('\n\n');
}

function packageView({ package: name, uses, requires, requiredBy }: WhyPackage): string {
  const indented = (rows: readonly (readonly string[])[]): readonly string[] =>
    table(rows.map(([first = '', ...rest]) => [`  ${harmless(first)}`, ...rest.map(harmless)])).split('\n');
  const needs = requires.map(({ version, requires: list }) => [version, listWords(list)]);
  const needed = requiredBy.map((one) => [
    one.set,
    one.component,
    `${one.package} ${one.version}`,
    specWords(one.spec),
  ]);
  return [
    paint('bold', harmless(name)),
    'used by',
    ...indented(uses.map(({ set, component, pin, origin }) => [set, component, pin, origin === set ? '' : origin])),
    ...(needs.length === 0 ? [] : ['requires', ...indented(needs)]),
    ...(needed.length === 0
      ? ['no module of these servers declares that it requires it']
      : ['required by', ...indented(needed)]),
  ].join('\n');
}

function listWords(requires: readonly Requirement[] | undefined): string {
  if (requires === undefined) return 'nobody tells';
  if (requires.length === 0) return 'nothing that it declares';
  return requires.map(({ package: name, spec, peer }) => `${name}${spec === '*' ? '' : ` ${spec}`}${peer === true ? ' (peer)' : ''}`).join(', '); // prettier-ignore
}

const specWords = (spec: string): string => (spec === '*' ? 'in any version' : spec);
