import type { InitDraft } from '../init-flow.ts';
import { paint } from '../paint.ts';

export type InitResult = {
  readonly server: string;
  readonly file: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** unneeded: the server cannot be deployed. */
  readonly databasePassword: 'kept' | 'given' | 'missing' | 'unneeded';
  /** openimis.yaml as written, or as it would be. */
  readonly text: string;
};

export function initResult(
  draft: InitDraft,
  rest: Pick<InitResult, 'file' | 'changed' | 'dryRun' | 'databasePassword'>,
): InitResult {
  return { server: draft.server.name, text: draft.text, ...rest };
}

/** State, change, next command. */
export function initView(result: InitResult): string {
  const { server, file } = result;
  if (result.dryRun) return `# would write ${file}\n${result.text}`;
  const head = result.changed
    ? `wrote server ${paint('bold', server)} to ${file}`
    : `${file} already has server ${paint('bold', server)} with these values; nothing changed`;
  if (result.databasePassword === 'unneeded')
    return [
      head,
      `it is kept for the record and cannot be run with Docker`,
      `Next: openimis servers show ${server}`,
    ].join('\n');
  const secrets = `secrets: secrets/${server}.env (mode 0600, not for git)`;
  const password =
    result.databasePassword === 'missing'
      ? [`the password of the database login is not there yet: deploy asks for it, or takes --database-password-file`]
      : [];
  return [
    head,
    secrets,
    ...password,
    `Next: openimis deploy ${server} --dry-run   (shows the plan and changes nothing)`,
  ].join('\n');
}
