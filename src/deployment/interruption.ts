import { Failure } from '../failure.ts';

/** Throws once the signal has fired: INTERRUPTED, or the Failure that it fired with. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

/** What was thrown by work that may have been cut: whatever it was, after the signal it is that. */
export function asInterruption(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true) return error;
  return error instanceof Failure && error.code === 'INTERRUPTED' ? error : reasonOf(signal, error);
}

/** A signal that fired with a Failure (a lost run lock) says itself what it was; any other is a Ctrl-C. */
function reasonOf(signal: AbortSignal, cause?: unknown): Failure {
  return signal.reason instanceof Failure ? signal.reason : new Failure('INTERRUPTED', 'interrupted', [], { cause });
}
