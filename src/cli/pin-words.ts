import { Failure } from '../failure.ts';
import { type OwnPin, todayIs } from '../modules/hotfix.ts';
import { packageKey, type PinComponent } from '../modules/package-name.ts';
import { packageOf, pinComponents } from '../modules/pin-set.ts';
import { readPinValue } from '../modules/pin-source.ts';
import { findServer } from '../workspace/parse.ts';
import { lineProblem } from '../workspace/values.ts';
import type { Workspace } from '../workspace/store/workspace-store.ts';
import { serverPins } from './server-pins.ts';

export type PinRequest = {
  readonly folder: string | undefined;
  readonly name: string | undefined;
  /** `core=0.0.12`, `ibackend:claim=git+https://…@v1`, and to unpin `core`. */
  readonly words: readonly string[];
  readonly component: PinComponent | undefined;
  readonly kind: 'pin' | 'remove' | 'unpin';
  /** A package that is no module. */
  readonly extra: boolean;
  /** Both or none: a hotfix. */
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
};

export type PinEdit = {
  readonly component: PinComponent;
  /** The key of openimis.yaml. */
  readonly package: string;
  readonly extra: boolean;
  /** Undefined: the pin is taken out. `null`: the module of the release is removed. */
  readonly value: OwnPin | null | undefined;
  readonly before: OwnPin | null | undefined;
};

/** What one word of `versions pin` or `unpin` asks for. Throws USAGE. */
export async function readEdit(
  word: string,
  server: string,
  workspace: Workspace,
  request: PinRequest,
): Promise<PinEdit> {
  const parts = /^(?:(frontend|backend|ibackend):)?([^=\s]+?)(?:=(.*))?$/s.exec(word);
  const given = parts?.[1] as PinComponent | undefined;
  const module = parts?.[2];
  const value = parts?.[3];
  if (module === undefined || (request.kind === 'pin') !== (value !== undefined))
    throw new Failure('USAGE', `${JSON.stringify(word.slice(0, 120))} is not ${form(request.kind)}`, [
      `openimis versions ${request.kind === 'unpin' ? 'unpin' : 'pin'} ${server} ${request.kind === 'pin' ? 'core=1.4.0' : 'core'} --component backend`,
    ]);
  if (given !== undefined && request.component !== undefined && given !== request.component)
    throw new Failure('USAGE', `${JSON.stringify(word.slice(0, 120))} and --component name two components`);
  const { extra } = request;
  const component = given ?? request.component ?? (await onlyComponent(module, server, workspace, extra));
  if (value !== undefined) checkValue(component, value);
  const own = findServer(workspace.config, server)[extra ? 'extra' : 'pins']?.[component] ?? {};
  const wanted = extra ? module : packageOf(component, module);
  const written = Object.keys(own).find((key) => packageKey(component, key) === packageKey(component, wanted));
  if (request.kind === 'unpin' && written === undefined)
    throw new Failure(
      'USAGE',
      `${module} is not ${extra ? 'an extra package' : 'pinned'} for ${component} of ${server} in openimis.yaml`,
      [
        // prettier-ignore
        `openimis versions list ${server} --origin says where each version comes from`,
      ],
    );
  const kept = request.kind === 'unpin' ? undefined : request.kind === 'remove' ? null : pinOf(value!, request);
  return { component, package: written ?? wanted, extra, value: kept, before: written === undefined ? undefined : own[written] }; // prettier-ignore
}

const form = (kind: PinRequest['kind']): string => (kind === 'pin' ? 'MODULE=VERSION' : "a module's name");

function checkValue(component: PinComponent, value: string): void {
  if (readPinValue(component, value) !== undefined) return;
  throw new Failure(
    'USAGE',
    `${JSON.stringify(value.slice(0, 120))} is no version that ${component === 'frontend' ? 'npm' : 'pip'} would take`,
    [`e.g. 1.4.0 or git+https://host/repository.git${component === 'frontend' ? '#' : '@'}tag`],
  );
}

function pinOf(pin: string, { reason, until }: PinRequest): OwnPin {
  return reason === undefined || until === undefined ? pin : { pin, reason, until };
}

/** Throws USAGE for half a hotfix, or one that would be over at once. */
export function checkHotfix({ reason, until, kind }: PinRequest, today: Date): void {
  if (reason === undefined && until === undefined) return;
  const example = '--reason "claims over 1,000 rows time out" --until 2026-12-31';
  if (kind !== 'pin') throw new Failure('USAGE', '--reason and --until go with MODULE=VERSION', [example]);
  if (reason === undefined || until === undefined)
    throw new Failure('USAGE', `a hotfix needs ${reason === undefined ? '--reason' : '--until'} too`, [example]);
  const problem = lineProblem(reason);
  if (problem !== undefined) throw new Failure('USAGE', `--reason ${problem}`, [example]);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00Z`).toJSON()?.startsWith(until) === true;
  if (!isDate) throw new Failure('USAGE', `--until ${JSON.stringify(until.slice(0, 40))} is not a date`, [example]);
  if (until < todayIs(today)) throw new Failure('USAGE', `--until ${until} is over already`, [example]);
}

/** The component that has such a module, when exactly one has. */
async function onlyComponent(
  module: string,
  server: string,
  workspace: Workspace,
  extra: boolean,
): Promise<PinComponent> {
  const set = await serverPins(workspace, server);
  const there = pinComponents.filter((component) => set.components[component] !== undefined);
  const having = there.filter((component) => {
    const wanted = packageKey(component, extra ? module : packageOf(component, module));
    return (extra ? set.extra : set.components)[component]?.some((pin) => pin.package === wanted);
  });
  if (having.length === 1) return having[0]!;
  const what = extra ? 'an extra package' : 'a module';
  const why =
    having.length === 0
      ? `no component of ${server} has ${what} ${module}`
      : `${having.join(' and ')} have ${what} ${module}`;
  throw new Failure(
    'USAGE',
    `${why}: say which component is meant`,
    there.map((component) => `--component ${component}`),
  );
}
