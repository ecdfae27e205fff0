import { createHash } from 'node:crypto';

import type { Stack } from '../stack/stack.ts';
import { renderProject } from './compose.ts';
import { renderGateway } from './gateway.ts';
import type { RenderedStack } from './rendered.ts';
import type { Templates } from './templates/load.ts';

/**
 * Everything that a revision runs, as files. `templates`: folders `compose` and `gateway`.
 * `hash` (sha256, hex) covers both Compose files and the hashes of pins and secrets, but not the revision's number and
 * addresses: the same deployment has the same hash again. The gateway's files have a version of their own.
 */
export function renderStack(stack: Stack, templates: Templates): RenderedStack {
  const base = renderProject(stack.base, stack, templates);
  const unnumbered = renderProject(stack.unnumbered, { ...stack, revision: 0 }, templates);
  const parts = [base.compose, unnumbered.compose, stack.pinsHash, stack.secretsHash];
  return {
    base,
    current: renderProject(stack.current, stack, templates),
    gateway: renderGateway(stack.gateway, templates),
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  };
}
