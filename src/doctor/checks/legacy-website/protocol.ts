import { defineCheck } from '../../check.ts';
import { ok, problem } from '../../finding.ts';

export const check = defineCheck({
  title: 'the website speaks what legacy.url says',
  expected: 'http or https, as in legacy.url',
  why: 'the gateway asks the legacy in this way only',
  needs: ['legacy-website/port'],
  probes: ['website'],
  judge: ({ website: { page, target, where } }) => {
    if (page.head !== undefined)
      return ok(`${target.scheme}${page.head.server === undefined ? '' : `, ${page.head.server}`}`);
    const fix = [
      'correct legacy.url in openimis.yaml',
      `curl -vk ${target.scheme}://${where}${target.path} -H 'Host: ${target.host}'`,
    ];
    if (page.reach.kind === 'cut') return problem(`${where} takes the connection and cuts it at once`, fix);
    switch (page.failure) {
      case 'no-tls':
        return problem(`${where} does not speak https, or no TLS that this box knows`, fix);
      case 'not-http':
        return problem(`what ${where} answers is not http`, fix);
      case 'silent':
        return problem(`${where} takes the connection and then says nothing`, [
          'is the application pool of the legacy stuck? On the Windows server: IIS Manager, Application Pools, Recycle',
          ...fix.slice(1),
        ]);
      case 'cut':
      case undefined:
      default:
        return problem(`${where} takes the connection and cuts it without an answer`, [
          ...fix,
          'https asked as http, or the other way round, looks like this too',
        ]);
    }
  },
});
