import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inTemporaryFolder } from '../support/cli.ts';
import { atTerminal, enter } from '../support/terminal.ts';

const module = new URL('../../src/cli/task-list.ts', import.meta.url).href;
const work = `
const { taskList } = await import(${JSON.stringify(module)});
const steps = ['images', 'start', 'switch'].map((id) => ({ id, title: 'Step ' + id }));
const { events, end } = await taskList(steps, 'live');
events.started('images');
events.progress('images', 'building \\u001b]0;evil\\u0007');
await new Promise((resolve) => process.stdin.once('data', resolve));
events.done('images', 'two built');
events.started('start');
events.failed('start', 'backend ended\\nits last lines');
await end();
console.log('the result');
process.exit();
`;
const program = [process.execPath, '--input-type=module', '--eval', work];

describe('the task list at a terminal', () => {
  it('shows what is waited for, and ends where the work ended', async () => {
    await inTemporaryFolder(async (cwd) => {
      const terminal = atTerminal(program, { cwd });
      await terminal.sees('Step images');
      await terminal.sees('building \\x1b]0;evil\\x07');
      terminal.types(enter);
      await terminal.sees('Step images two built');
      await terminal.sees('backend ended');
      await terminal.sees('the result');
      const { code, screen } = await terminal.end();
      expect(code, screen).toBe(0);
      expect(screen).not.toContain('its last lines');
    });
  });

  it('stays out of a result that goes to a file: lines on stderr', async () => {
    await inTemporaryFolder(async (cwd) => {
      const terminal = atTerminal(['sh', '-c', 'exec "$@" >result', 'sh', ...program], { cwd });
      await terminal.sees('→ Step images');
      terminal.types(enter);
      await terminal.sees('✓ Step images (0 s): two built');
      await terminal.sees('✗ Step start (0 s): backend ended');
      const { code, screen } = await terminal.end();
      expect(code, screen).toBe(0);
      expect(await readFile(join(cwd, 'result'), 'utf8')).toBe('the result\n');
    });
  });
});
