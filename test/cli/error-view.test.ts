import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Errors } from '@oclif/core';
import { describe, expect, it } from 'vitest';

import { asFailure, errorDocument, errorText, exitCodeOf } from '../../src/cli/error-view.ts';
import { explanation } from '../../src/cli/explanation.ts';
import { exitCodes, Failure, type FailureCode, failureCodes } from '../../src/failure.ts';
import { packageFolder } from '../support/cli.ts';

const page = readFileSync(join(packageFolder, 'docs/errors.md'), 'utf8');
const codes = Object.keys(failureCodes) as FailureCode[];

describe('failures', () => {
  it('have exactly one section each in docs/errors.md', () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect([...sections].sort()).toEqual([...codes].sort());
  });

  it.each(codes)('%s is explained in more than its heading', (code) => {
    expect(explanation(page, code.toLowerCase()).text.length).toBeGreaterThan(code.length + 40);
  });

  it('have the exit codes that docs/errors.md lists', () => {
    const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(Object.values(exitCodes));
  });

  it('a part of the program that is not there is a bug, no usage', () => {
    const missing = new Errors.CLIError('[MODULE_NOT_FOUND] /x/dist/index.js');
    Object.assign(missing, { code: 'MODULE_NOT_FOUND' });
    expect(asFailure(missing)?.code).toBe('BUG');
    expect(asFailure(new Errors.CLIError('Nonexistent flag: --x'))?.code).toBe('USAGE');
  });

  it('unknown codes name the nearest one', () => {
    expect(() => explanation(page, 'PORT_TAKN')).toThrow(
      expect.objectContaining({ code: 'USAGE', hints: ['openimis explain PORT_TAKEN'] }),
    );
  });
});

describe('asFailure', () => {
  it('keeps a failure as it is', () => {
    const failure = new Failure('PORT_TAKEN', 'port 443 is taken', ['choose another']);
    expect(asFailure(failure)).toBe(failure);
    expect(exitCodeOf(failure)).toBe(1);
  });

  it('turns a parse error of oclif into a usage failure without its help footer', () => {
    const failure = asFailure(new Errors.CLIError('Unexpected argument: x\nSee more help with --help'));
    expect(failure).toMatchObject({ code: 'USAGE', message: 'Unexpected argument: x' });
  });

  it('puts a value of the wrong kind on one line with its flag', () => {
    const failure = asFailure(
      new Errors.CLIError('Parsing --tail \n\tExpected an integer but received: abc\nSee more help'),
    );
    expect(failure?.message).toBe('--tail: Expected an integer but received: abc');
  });

  it('calls everything unforeseen a bug, exit 70, and keeps the trace out of sight', () => {
    const failure = asFailure(new TypeError('x is undefined'));
    expect(failure?.exitCode).toBe(70);
    expect(errorText(failure!, process.stderr)).not.toMatch(/^\s+at /m);
  });

  it('takes a prompt that was left with Ctrl-C as an interruption', () => {
    const error = new Error('User force closed the prompt');
    error.name = 'ExitPromptError';
    expect(exitCodeOf(error)).toBe(130);
  });

  it('has one shape in JSON', () => {
    expect(errorDocument(new Failure('USAGE', 'no', ['a', 'b']))).toEqual({
      schema: 1,
      ok: false,
      error: { code: 'USAGE', message: 'no', hints: ['a', 'b'] },
    });
  });
});
