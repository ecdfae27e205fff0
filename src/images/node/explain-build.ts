import { Failure } from '../../failure.ts';
import type { LockedComponent, LockedModule } from '../../modules/lock/lock.ts';
import { refusal } from './answers.ts';

export type UndeclaredImport = {
  /** What the code asks for: `@mui/styles/makeStyles`. */
  readonly imported: string;
  /** The package on npm that has it: `@mui/styles`. */
  readonly package: string;
  /** Package of the module whose code asks for it, where the bundler says it. */
  readonly module?: string;
};

const notFound = [
  // webpack 4 and 5; react-scripts puts the first into words of its own.
  /Can't resolve '([^'\n]+)' in '([^'\n]+)'/,
  /Cannot find module: '([^'\n]+)'/,
  // esbuild.
  /Could not resolve "([^"\n]+)"\s+(node_modules\/[^\s:]+)/,
  // rollup and babel, in the build of a git module.
  /Could not resolve '([^'\n]+)' from ([^\s]+)/,
  /Cannot find module '([^'\n]+)'/,
];

/** Finds in what a bundler said which package nobody declares, and which module asks for it. */
export function undeclaredImport(
  output: string,
  modules: readonly Pick<LockedModule, 'package'>[],
): UndeclaredImport | undefined {
  for (const pattern of notFound) {
    const [whole, imported, where] = pattern.exec(output) ?? [];
    // A file of the module itself: that is no package.
    if (whole === undefined || imported === undefined || /^[./]/.test(imported)) continue;
    const name = /^(@[^/]+\/)?[^/]+/.exec(imported)![0];
    const before = output.slice(0, output.indexOf(whole));
    const place = where ?? [...before.matchAll(/node_modules\/(?:@[\w.-]+\/)?[\w.-]+/g)].at(-1)?.[0] ?? '';
    const owner = modules.find((one) => `${place}/`.includes(`node_modules/${one.package}/`));
    return { imported, package: name, ...(owner === undefined ? {} : { module: owner.package }) };
  }
  return undefined;
}

/** A failed build in words that say what to do; what it is not about is thrown as it is. */
export function explainBuild(
  error: unknown,
  lines: readonly string[],
  { modules }: Pick<LockedComponent, 'modules'>,
): unknown {
  if (!(error instanceof Failure) || error.code !== 'IMAGE_BUILD_FAILED') return error;
  const output = lines.join('\n');
  const found = undeclaredImport(output, modules);
  if (found !== undefined) {
    const who = found.module === undefined ? 'the code' : `the module ${found.module}`;
    return new Failure(
      'IMAGE_BUILD_FAILED',
      `${who} imports ${found.imported}, which no package of this lock has: upstream does not declare it`.replace(
        /\p{Cc}/gu,
        '',
      ),
      [
        `in openimis.yaml: servers.NAME.extra.frontend: { ${JSON.stringify(found.package)}: "*" }`,
        'openimis versions lock NAME, then the same command again',
      ],
      { cause: error },
    );
  }
  const mismatch = /(node_modules\/\S+)\s+Attempted import error: '([^'\n]+)' is not exported from '([^'\n]+)'/.exec(
    output,
  );
  if (mismatch !== null) return notExported(mismatch, modules, error);
  const trouble = /openimis-trouble (\{.*\})/.exec(output)?.[1];
  if (trouble === undefined) return error;
  const { kind, message } = JSON.parse(trouble) as { readonly kind: string; readonly message: string };
  // What follows "------" is the same once more.
  const own = lines.slice(0, lines.includes('------') ? lines.indexOf('------') : undefined);
  const before = own.filter((line) => !/openimis-trouble|^(?:ERROR|DONE|CACHED|\[)|^$/.test(line)).slice(-15);
  return refusal(kind, [message, ...before.map((line) => `  ${line}`)].join('\n'));
}

/** Two modules that are not of one release: webpack names what one wants and the other does not have. */
function notExported([, place, wanted, from]: RegExpExecArray, modules: readonly LockedModule[], cause: Failure) {
  const words = (name: string | undefined): string => {
    const one = modules.find((module) => module.package === name);
    return one === undefined ? (name ?? '') : `${one.package} ${one.version}`;
  };
  const asking = modules.find((one) => `${place}/`.includes(`node_modules/${one.package}/`));
  const text = `${asking === undefined ? place : words(asking.package)} wants ${wanted} of ${words(from)}, which does not have it`;
  return new Failure(
    'IMAGE_BUILD_FAILED',
    `${text}: these versions do not belong together`.replace(/\p{Cc}/gu, ''),
    [
      `openimis versions pin SERVER ${asking?.package ?? 'MODULE'}=VERSION --component frontend    another version`,
      'or null as its value under pins.frontend in openimis.yaml leaves the module out',
    ],
    { cause },
  );
}
