import { isThisBox } from '../../../stack/this-box.ts';
import { defineCheck } from '../../check.ts';
import { ok, problem, warning } from '../../finding.ts';

export const check = defineCheck({
  title: 'the way to the website is encrypted',
  expected: 'https, or a legacy on this very box',
  why: 'anyone on the way reads passwords and can become any user',
  needs: ['legacy-website/protocol'],
  probes: ['website'],
  judge: ({ website: { target, legacy, other } }) => {
    if (target.scheme === 'https') return ok('https');
    if (isThisBox(legacy.ip ?? legacy.dns ?? '')) return ok('http, on this box');
    const there = other?.tls !== undefined;
    const fix = [
      there
        ? 'https answers there already: servers.<name>.legacy: { url: "https://...", tls: pin }'
        : 'https in IIS (a self-signed certificate is enough), then servers.<name>.legacy: { url: "https://...", tls: pin }',
      'openimis init <name> --legacy-tls pin    shows the certificate and keeps it',
    ];
    if (legacy.tls === 'none') return warning('http; accepted with legacy.tls: none', fix);
    return problem('http to another box, and nobody said that this is meant (deploy refuses)', [
      ...fix,
      'or, when nobody else is on the way: legacy.tls: none',
    ]);
  },
});
