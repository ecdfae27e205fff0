import type { Dispatchers } from '../http/dispatchers.ts';
import type { Document, Documents } from '../http/documents.ts';
import type { WayTo } from '../http/request.ts';
import { asFailure, RegistryTrouble } from '../http/trouble.ts';
import { normalisePythonName } from '../../package-name.ts';
import type { Answer, Registry, Requirements } from '../registry.ts';
import type { PipSettings, PythonIndex } from '../settings/pip-settings.ts';
import { projectOf, type PythonProject } from './project.ts';
import { readMetadata, readReleaseJson } from './requirements.ts';
import { readSimpleHtml } from './simple-html.ts';
import { readSimpleJson } from './simple-json.ts';
import { metadataOf, tailSize } from './wheel.ts';

const simple = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/**
 * The indexes of the operator's pip. A package is bound to the first one that has it; which others have it too is said
 * (`alsoOn`), and theirs are never taken.
 */
export function pythonIndexes(settings: PipSettings, documents: Documents, network: Dispatchers): Registry {
  const wayFrom = (index: PythonIndex) => async (): Promise<WayTo> => {
    const [near, far] = await Promise.all([network.for(index.transport), network.for(settings.transport(elsewhere))]);
    return (url) => {
      const authorization = settings.authorization(url);
      const dispatcher = url.origin === index.url.origin ? near : far;
      return { dispatcher, ...(authorization === undefined ? {} : { authorization }) };
    };
  };
  const page = (index: PythonIndex, name: string): Promise<Document<PythonProject>> =>
    documents.get({
      url: new URL(`${name}/`, index.url),
      headers: { accept: simple },
      way: wayFrom(index),
      parse: ({ body, headers, url }) => {
        const read = /[+/]json\b/.test(headers['content-type'] ?? '') ? readSimpleJson : readSimpleHtml;
        return projectOf(name, index.url, read(body.toString('utf8'), url));
      },
    });
  const ask = async (written: string): Promise<Answer> => {
    const name = normalisePythonName(written);
    const answers = await Promise.all(settings.indexes.map((index) => answerOf(index, page(index, name))));
    return bind(answers);
  };
  return {
    kind: 'pypi',
    ask,
    requirements: async (written, version) => {
      const name = normalisePythonName(written);
      // Asked at the same time as the list of versions: with PyPI there is nothing to wait for.
      const said = settings.indexes.map((index) => releaseJson(index, name, version, documents, wayFrom(index)));
      const answer = await ask(name);
      if (answer.state !== 'found') return undefined;
      const at = settings.indexes.findIndex(({ url }) => url.href === answer.package.registry);
      const index = settings.indexes[at]!;
      return (await said[at]) ?? fromFile(answer, (await page(index, name)).value!, version, documents, wayFrom(index));
    },
  };
}

const elsewhere = new URL('https://files.pythonhosted.org/');

async function answerOf({ url }: PythonIndex, asked: Promise<Document<PythonProject>>): Promise<Answer> {
  try {
    const { value, asOf } = await asked;
    if (value === undefined) return { state: 'absent', registry: url.href, asOf };
    return { state: 'found', package: value.info, asOf };
  } catch (error) {
    if (!(error instanceof RegistryTrouble)) throw error;
    return { state: 'unknown', registry: url.href, why: asFailure(error) };
  }
}

/** An index that could not be asked may have the package: nothing after it is taken in its place. */
function bind(answers: readonly Answer[]): Answer {
  const first = answers.find(({ state }) => state !== 'absent') ?? answers[0]!;
  if (first.state !== 'found') return first;
  const others = answers.flatMap((other) =>
    other !== first && other.state === 'found' ? [other.package.registry] : [],
  );
  return others.length === 0 ? first : { ...first, alsoOn: others };
}

type Way = () => Promise<WayTo>;

/** PyPI's own answer about one release, where an index has such a thing beside its pages. */
async function releaseJson(
  { url }: PythonIndex,
  name: string,
  version: string,
  documents: Documents,
  way: Way,
): Promise<Requirements | undefined> {
  if (!url.pathname.endsWith('/simple/')) return undefined;
  const release = new URL(`../pypi/${name}/${encodeURIComponent(version)}/json`, url);
  return quiet(
    documents.get({
      url: release,
      headers: { accept: 'application/json' },
      way,
      forGood: true,
      parse: ({ body }) => readReleaseJson(body.toString('utf8')),
    }),
  );
}

/** From a wheel's METADATA: on its own (PEP 658), or cut out of the wheel's end. */
async function fromFile(
  answer: Extract<Answer, { state: 'found' }>,
  { metadata }: PythonProject,
  version: string,
  documents: Documents,
  way: Way,
): Promise<Requirements | undefined> {
  const files = answer.package.versions.find((one) => one.version === version)?.files ?? [];
  const wheel = files.find(({ name }) => name.endsWith('.whl'));
  if (wheel === undefined) return undefined;
  const alone = metadata.includes(wheel.url);
  return quiet(
    documents.get({
      url: new URL(alone ? `${wheel.url}.metadata` : wheel.url),
      headers: alone ? { accept: '*/*' } : { accept: '*/*', range: `bytes=-${tailSize}` },
      way,
      forGood: true,
      parse: ({ body }) => readMetadata(alone ? body.toString('utf8') : metadataOf(body)),
    }),
  );
}

/** Whatever keeps somebody from telling, it is not known. */
async function quiet(asked: Promise<Document<Requirements | null>>): Promise<Requirements | undefined> {
  try {
    return (await asked).value ?? undefined;
  } catch (error) {
    if (error instanceof RegistryTrouble) return undefined;
    throw error;
  }
}
