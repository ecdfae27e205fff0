import { requestWeaknesses } from './requests.ts';
import { signOnWeaknesses } from './sign-on.ts';
import { type Replacement, weakened } from './weaken.ts';

const weaknesses = { ...signOnWeaknesses, ...requestWeaknesses };

/** A deliberate hole in the gateway, named for what it does. */
export type WeaknessName = keyof typeof weaknesses;

export function weakenedGateway(
  files: Readonly<Record<string, string>>,
  name: WeaknessName,
): Readonly<Record<string, string>> {
  const replacements: readonly Replacement[] = weaknesses[name];
  return weakened(files, name, replacements);
}

export const weaknessNames = Object.keys(weaknesses) as WeaknessName[];
