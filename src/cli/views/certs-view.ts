import type { Renewal, ShownCertificate, SigningRequest } from '../certs.ts';
import type { Import } from '../certs-import.ts';
import { harmless, paint } from '../paint.ts';
import { table } from '../table.ts';

export const sourceWords = {
  'self-signed': 'made by the gateway itself (browsers warn)',
  files: 'imported',
  acme: 'from an authority, renewed by itself',
} as const;

const day = (iso: string): string => iso.slice(0, 10);
const second = (iso: string): string => iso.replace(/\.\d+Z$/, 'Z');

export function certificateView(state: ShownCertificate): string {
  const { server, source, using, lastAttempt, problems } = state;
  const waits = source === using ? '' : `; wanted: ${source}`;
  const attempt =
    lastAttempt === undefined || source !== 'acme'
      ? []
      : [
          [
            'last attempt',
            `${second(lastAttempt.at)} ${lastAttempt.ok ? 'worked' : `failed (${lastAttempt.failures} in a row)`}`,
          ],
        ];
  const facts = [
    ['comes', `${sourceWords[using]}${waits}`],
    ['for', state.names.join(', ')],
    ['subject', state.subject === '' ? '-' : state.subject],
    ['issuer', state.issuer],
    ['valid', `${day(state.validFrom)} to ${day(state.validTo)}, ${state.daysLeft} days left`],
    [
      'trusted',
      state.trusted ? 'yes, by the usual authorities; HSTS is sent' : 'not by the usual authorities; no HSTS',
    ],
    ['SHA-256', state.fingerprint],
    ...attempt,
    ...(state.requestPending ? [['request', 'a signing request waits for its certificate']] : []),
  ];
  const next = source === 'acme' ? `openimis certs renew ${server}` : `openimis certs import ${server} --file FILE`;
  return [
    `${paint('bold', server)}: ${problems.length === 0 ? paint('green', 'the certificate is in order') : paint('yellow', 'something is wrong with the certificate')}`,
    harmless(table(facts)),
    ...problems.map((problem) => `${paint('yellow', 'problem')} ${harmless(problem)}`),
    ...(problems.length === 0 ? [] : [`Next: ${next}`]),
  ].join('\n');
}

export function renewalView({ server, done, before, after }: Renewal): string {
  if (!done || after === undefined)
    return `${server}: the authority would be asked for a new certificate; the present one ends on ${day(before.validTo)}\nnothing was changed`;
  return `${paint('bold', server)}: a new certificate serves, valid until ${day(after.validTo)} (before: ${day(before.validTo)})\nNext: openimis certs show ${server}`;
}

export function importView(result: Import): string {
  const { server, done, names, issuer, validTo, chain, edited, notes } = result;
  const facts = [
    ['for', names.join(', ')],
    ['issuer', issuer],
    ['valid until', day(validTo)],
    ['chain', `${chain} certificate${chain === 1 ? '' : 's'}, in order`],
    ['openimis.yaml', edited ? 'gateway.certificate: files' : 'unchanged'],
  ];
  return [
    `${paint('bold', server)}: ${done ? 'the gateway presents the imported certificate' : 'this certificate can be imported'}`,
    harmless(table(facts)),
    ...notes.map((note) => `  ${paint('yellow', 'warning')} ${harmless(note)}`),
    done ? `Next: openimis certs show ${server}` : 'nothing was changed',
  ].join('\n');
}

/** Nothing but the request on stdout: it goes to a file. */
export function requestView({ server, name, csr }: SigningRequest): string {
  return csr ?? `${server}: a key and a signing request for ${name} would be made in the gateway; nothing was changed`;
}
