import type { ContainerState } from '../engines/engine.ts';
import type { DeploymentContext } from './context.ts';

/** What the failure budgets of the login stand at (`openimis-gateway guesses`). */
export type GuessingFigures = {
  /** Seconds after which the budgets are full again. */
  readonly window: number;
  /** Failed logins of everybody in this window, and how many there may be. */
  readonly failures: number;
  readonly site: number;
  readonly perAddress: number;
  /** Addresses that must wait. */
  readonly slowedAddresses: number;
  readonly siteIsSlowed: boolean;
  /** Attempts that were refused since the gateway started. */
  readonly refused: number;
};

/** Undefined when the gateway does not say (it is of an older version, or does not run). */
export async function guessingFigures(
  context: DeploymentContext,
  gateway: ContainerState,
): Promise<GuessingFigures | undefined> {
  const { code, stdout } = await context.engine.exec(gateway.id, ['openimis-gateway', 'guesses'], { timeout: 10 });
  if (code !== 0) return undefined;
  try {
    const figures = new Map(Object.entries(JSON.parse(stdout) as object));
    const number = (name: string): number => {
      const value: unknown = figures.get(name);
      if (typeof value !== 'number') throw new TypeError(name);
      return value;
    };
    return {
      window: number('window'),
      failures: number('failures'),
      site: number('site'),
      perAddress: number('perAddress'),
      slowedAddresses: number('slowedAddresses'),
      siteIsSlowed: figures.get('siteIsSlowed') === true,
      refused: number('refused'),
    };
  } catch {
    return undefined;
  }
}
