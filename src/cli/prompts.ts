import { Failure } from '../failure.ts';

/** A question as a person sees it: what it is, and where to find it. */
export type Question = { readonly question: string; readonly where: string; readonly default?: string };

/** Prompts draw on stderr, so that stdout carries the result only; Ctrl-C and the command's signal end them. */
const context = (signal: AbortSignal): { output: NodeJS.WriteStream; signal: AbortSignal } => ({
  output: process.stderr,
  signal,
});

export async function askText(
  question: Question,
  check: (value: string) => string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  const answer = await input(
    {
      message: `${question.question} (${question.where})`,
      ...(question.default === undefined ? {} : { default: question.default }),
      validate: (value) => check(value.trim()) ?? true,
    },
    context(signal),
  );
  return answer.trim();
}

export async function askSecret(question: Question, signal: AbortSignal, mayBeEmpty = false): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  return password(
    {
      message: `${question.question} (${question.where})`,
      mask: '•',
      validate: (value) => mayBeEmpty || value !== '' || 'it may not be empty',
    },
    context(signal),
  );
}

export async function askYes(message: string, signal: AbortSignal): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message, default: false }, context(signal));
}

export type Consent = { readonly yes: boolean; readonly interactive: boolean; readonly signal: AbortSignal };

/** Yes by flag or by a person; CONFIRMATION_NEEDED without a terminal, INTERRUPTED after a no. */
export async function needConsent(message: string, consent: Consent): Promise<void> {
  if (consent.yes) return;
  if (!consent.interactive)
    throw new Failure('CONFIRMATION_NEEDED', `${message} There is no terminal to ask at`, [
      'look at it with --dry-run, then repeat the command with --yes',
    ]);
  if (!(await askYes(message, consent.signal)))
    throw new Failure('INTERRUPTED', 'you said no; nothing was started or removed');
}
